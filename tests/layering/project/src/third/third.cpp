#include <sqlite3.h>

int third() {
  return sqlite3_libversion_number();
}
