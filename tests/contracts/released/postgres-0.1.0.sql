-- A database as 0.1.0 leaves it (schema 1), with a room, what was said in it and a token.
-- One file for each release whose tables differ; never changed.
CREATE TABLE confab_schema (version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE rooms (
  id text PRIMARY KEY,
  code text NOT NULL UNIQUE,
  created_at_ms bigint NOT NULL,
  used_at_ms bigint NOT NULL
);
CREATE INDEX rooms_by_use ON rooms (used_at_ms);
CREATE TABLE chat (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  from_id text NOT NULL,
  from_name text NOT NULL,
  to_id text,
  to_name text NOT NULL,
  text text NOT NULL,
  sent_at_ms bigint NOT NULL
);
CREATE INDEX chat_by_room ON chat (room, seq);
CREATE INDEX chat_by_time ON chat (sent_at_ms);
CREATE TABLE tokens (
  participant text PRIMARY KEY,
  room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  generation bigint NOT NULL,
  attempt text NOT NULL,
  expires_at_ms bigint NOT NULL
);
CREATE INDEX tokens_by_room ON tokens (room, expires_at_ms);
CREATE INDEX tokens_by_time ON tokens (expires_at_ms);
CREATE TABLE retention_clock (
  id integer PRIMARY KEY CHECK (id = 1),
  trusted_ms bigint NOT NULL,
  unix_ms bigint NOT NULL
);
CREATE TABLE write_check (id integer PRIMARY KEY CHECK (id = 1), filler bytea NOT NULL);
INSERT INTO confab_schema (version) VALUES (1);
INSERT INTO rooms VALUES ('rm_00000000000000000000000001', 'abc-defg-hij', 1000, 1000);
INSERT INTO chat (id, room, from_id, from_name, to_id, to_name, text, sent_at_ms) VALUES
  ('msg_00000000000000000000000002', 'rm_00000000000000000000000001',
   'pt_00000000000000000000000003', 'Ada', NULL, '', 'still here', 2000),
  ('msg_00000000000000000000000004', 'rm_00000000000000000000000001',
   'pt_00000000000000000000000003', 'Ada', 'pt_00000000000000000000000005', 'Ben', 'and this', 3000);
INSERT INTO tokens VALUES
  ('pt_00000000000000000000000003', 'rm_00000000000000000000000001', 4, 'once', 9000000000000);
INSERT INTO retention_clock VALUES (1, 5000, 5000);
