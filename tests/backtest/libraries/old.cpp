// Of an interface that is no longer.
#include "acts/strategy/library.hpp"

extern "C" __attribute__((visibility("default"))) const acts::StrategyLibrary* acts_strategy_library();
extern "C" const acts::StrategyLibrary* acts_strategy_library() {
  static const acts::StrategyLibrary library{.interface_version = 0};
  return &library;
}
