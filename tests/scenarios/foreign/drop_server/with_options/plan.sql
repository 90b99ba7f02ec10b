DROP SERVER archive;
