// Strategies that throw: at a bar, when it is made, when it is asked what it wants.
#include <memory>
#include <stdexcept>

#include "acts/strategy/library.hpp"

namespace {

class Throwing final : public acts::Strategy {
 public:
  [[nodiscard]] acts::Wants wants() const override { return {.bars = true}; }
  void on_bar(acts::StrategyContext& /*context*/, const acts::Bar& /*bar*/) override {
    throw std::runtime_error("no such thing");
  }
};

class Wayward final : public acts::Strategy {
 public:
  [[nodiscard]] acts::Wants wants() const override { throw std::runtime_error("nothing at all"); }
};

acts::Result<std::unique_ptr<acts::Strategy>> make_throwing(const acts::Parameters& /*parameters*/) {
  return std::make_unique<Throwing>();
}
acts::Result<std::unique_ptr<acts::Strategy>> make_wayward(const acts::Parameters& /*parameters*/) {
  return std::make_unique<Wayward>();
}
acts::Result<std::unique_ptr<acts::Strategy>> throw_at_once(const acts::Parameters& /*parameters*/) {
  throw 7;  // NOLINT(hicpp-exception-baseclass): what others throw is anything
}

}  // namespace

ACTS_STRATEGY_LIBRARY({.name = "throwing", .summary = "throws at a bar", .parameters = {}, .make = make_throwing},
                      {.name = "unmade", .summary = "throws when it is made", .parameters = {}, .make = throw_at_once},
                      {.name = "wayward", .summary = "throws when asked", .parameters = {}, .make = make_wayward})
