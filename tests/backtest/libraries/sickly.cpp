// A strategy that buys and sells in turn at a timer, and at the third one falls ill as a parameter says.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "acts/strategy/library.hpp"

namespace {

using acts::InstrumentId;
using acts::StrategyContext;

class Sickly final : public acts::Strategy {
 public:
  Sickly(std::string ill, std::int64_t lots, acts::Nanos every) : ill_(std::move(ill)), lots_(lots), every_(every) {}
  [[nodiscard]] acts::Wants wants() const override { return {}; }
  void on_start(StrategyContext& context) override { wait(context); }
  void on_timer(StrategyContext& context, acts::TimerId /*id*/) override {
    const acts::OrderSide side = ++times_ % 2 == 1 ? acts::OrderSide::kBuy : acts::OrderSide::kSell;
    for (std::uint32_t i = 0; i < context.instrument_count(); ++i) {
      const InstrumentId id{i};
      context.place({.instrument = id,
                     .side = side,
                     .type = acts::OrderType::kMarket,
                     .quantity = acts::Quantity{lots_ * context.lot(id).units()}});
    }
    if (times_ == 3) fall_ill();
    wait(context);
  }

 private:
  void wait(StrategyContext& context) const { context.set_timer(acts::TimerId{1}, context.now() + every_); }
  void fall_ill() const {
    if (ill_ == "throw") throw std::runtime_error("no,\n\"never\"");
    if (ill_ == "crash") {
      std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would have its own end
      std::raise(SIGSEGV);
    }
    for (volatile bool goes_on = true; ill_ == "loop" && goes_on;) {
    }
  }

  std::string ill_;
  std::int64_t lots_;
  acts::Nanos every_;
  int times_ = 0;
};

constexpr std::array<acts::ParameterSpec, 3> kParameters{{{.name = "ill",
                                                           .type = acts::ParameterType::kText,
                                                           .help = "how: none, throw, crash, loop, unmade, refused",
                                                           .default_text = "none",
                                                           .most = "20"},
                                                          {.name = "lots",
                                                           .type = acts::ParameterType::kInteger,
                                                           .help = "of each order",
                                                           .default_text = "1",
                                                           .least = "1",
                                                           .most = "1000"},
                                                          {.name = "every",
                                                           .type = acts::ParameterType::kDuration,
                                                           .help = "between two orders",
                                                           .default_text = "1h",
                                                           .least = "1ms",
                                                           .most = "100h"}}};

acts::Result<std::unique_ptr<acts::Strategy>> make_sickly(const acts::Parameters& parameters) {
  const std::string& ill = parameters.text("ill");
  if (ill == "unmade") throw std::runtime_error("not even made");
  if (ill == "refused") return acts::fail(acts::ErrorCode::kUsage, "sickly: it is too ill");
  return std::make_unique<Sickly>(ill, parameters.integer("lots"), parameters.duration("every"));
}

}  // namespace

ACTS_STRATEGY_LIBRARY(
    {.name = "sickly", .summary = "falls ill where it is told to", .parameters = kParameters, .make = make_sickly})
