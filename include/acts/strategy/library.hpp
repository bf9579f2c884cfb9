// A shared library of strategies of one's own: what acts looks for in it, and how it is told that it fits.
//
//   class Mine final : public acts::Strategy { … };
//   constexpr std::array<acts::ParameterSpec, 1> kParameters{{…}};
//   ACTS_STRATEGY_LIBRARY({.name = "mine", .summary = "…", .parameters = kParameters, .make = make_mine})
//
// Its classes and those of acts meet in memory, so both must come from the same headers and compilers of one kind: a
// library that was built otherwise is refused when it is loaded. examples/strategy/ is a project to begin with.
#pragma once

#include <cstddef>
#include <cstdint>

#include "acts/strategy/registry.hpp"

namespace acts {

// Goes up with every change of what a strategy and acts share: these headers and those of market/ and base/.
inline constexpr std::uint32_t kStrategyInterface = 5;

// What acts_strategy_library() returns; lives as long as the library. The first two are looked at before the others.
struct StrategyLibrary {
  std::uint32_t interface_version = kStrategyInterface;
  const char* compiler = __VERSION__;
  const StrategyType* types = nullptr;
  std::size_t count = 0;
};

inline constexpr const char* kStrategyLibrarySymbol = "acts_strategy_library";

}  // namespace acts

// Once a library, in the global namespace; its arguments are StrategyTypes.
#define ACTS_STRATEGY_LIBRARY(...)                                                                           \
  extern "C" __attribute__((visibility("default"))) const ::acts::StrategyLibrary* acts_strategy_library();  \
  extern "C" const ::acts::StrategyLibrary* acts_strategy_library() {                                        \
    static const ::acts::StrategyType types[] = {__VA_ARGS__};                                               \
    static const ::acts::StrategyLibrary library{.types = types, .count = sizeof(types) / sizeof(types[0])}; \
    return &library;                                                                                         \
  }
