// A descriptor held back for the moment at which the system has no more: given up for an instant,
// it lets a waiting connection be accepted, told and closed, which would otherwise wait for
// nothing.
#pragma once

namespace confab::http {

class ReserveDescriptor {
 public:
  ReserveDescriptor() { take(); }
  ~ReserveDescriptor() { give_up(); }
  ReserveDescriptor(const ReserveDescriptor&) = delete;
  ReserveDescriptor& operator=(const ReserveDescriptor&) = delete;

  // False while there was none to hold.
  bool give_up();
  void take();

 private:
  int descriptor_ = -1;
};

}  // namespace confab::http
