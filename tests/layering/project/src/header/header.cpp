#include "header/header.h"

int header_user() {
  return header();
}
