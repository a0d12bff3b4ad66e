// The server's own database file, opened beside it.
import { DatabaseSync } from 'node:sqlite';

// What it is asked waits for a write of the server's that is under way, instead of failing.
export function openDatabase(server) {
  const db = new DatabaseSync(`${server.dataDir}/confab.db`);
  db.exec('PRAGMA busy_timeout = 5000');
  return db;
}
