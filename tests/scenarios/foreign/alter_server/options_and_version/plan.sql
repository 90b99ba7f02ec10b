ALTER SERVER archive OPTIONS (DROP port);
ALTER SERVER archive VERSION '2';
ALTER SERVER archive OPTIONS (ADD dbname 'c');
ALTER SERVER archive OPTIONS (SET host 'b');
