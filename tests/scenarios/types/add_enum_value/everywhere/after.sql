CREATE TYPE mood AS ENUM ('awful', 'terrible', 'bad', 'so-so', 'fair', 'good', 'great', 'better');
