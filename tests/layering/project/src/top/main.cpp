#include "bottom/bottom.h"

int main() {
  return bottom();
}
