#include "support/built.hpp"

namespace acts::test {

const std::string& acts_binary() {
  static const std::string path = ACTS_BINARY;
  return path;
}

std::string strategy_library(std::string_view name) {
  return std::string(ACTS_LIBRARIES "/lib").append(name).append(".so");
}

}  // namespace acts::test
