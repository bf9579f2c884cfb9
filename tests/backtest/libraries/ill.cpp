// Strategies that do to their process what must not reach a run, and one that knows what is to come.
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "acts/strategy/library.hpp"

namespace {

using acts::InstrumentId;
using acts::StrategyContext;

// At the third bar, or the third wake.
class Ill final : public acts::Strategy {
 public:
  explicit Ill(std::string ill) : ill_(std::move(ill)) {}
  [[nodiscard]] acts::Wants wants() const override { return {.bars = true}; }
  void on_start(StrategyContext& context) override {
    context.set_timer(acts::TimerId{1}, context.now() + std::chrono::hours{1});
  }
  void on_bar(StrategyContext& context, const acts::Bar& bar) override {
    context.place(
        {.instrument = bar.instrument, .type = acts::OrderType::kMarket, .quantity = acts::Quantity{100'000}});
    if (++bars_ != 3) return;
    for (std::uint32_t i = 0; ill_ == "ask"; ++i) context.stop_timer(acts::TimerId{i});
    fall_ill();
  }

 private:
  void fall_ill() {
    // The child has the process's descriptors, and stays when it is gone.
    if (ill_ == "leave" && ::fork() == 0) {
      for (;;) ::pause();
    }
    if (ill_ == "crash" || ill_ == "leave") {
      std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would have its own end
      std::raise(SIGSEGV);
    }
    for (volatile bool goes_on = true; ill_ == "loop" && goes_on;) {
    }
    if (ill_ == "throw") throw std::runtime_error("the third bar");
    if (ill_ == "exit") std::_Exit(9);
    while (ill_ == "hog" && hoard_.size() < 200)
      hoard_.emplace_back().reserve(std::size_t{64} << 20U);  // never touched, but had
  }
  std::string ill_;
  int bars_ = 0;
  std::vector<std::string> hoard_;
};

// Buys before what rises, out of what an earlier run over the same data has seen.
std::vector<std::int64_t>& seen() {
  static std::vector<std::int64_t> closes;
  return closes;
}

class Peeking final : public acts::Strategy {
 public:
  [[nodiscard]] acts::Wants wants() const override { return {.bars = true}; }
  void on_bar(StrategyContext& context, const acts::Bar& bar) override {
    if (at_ == seen().size()) seen().push_back(bar.close.units());
    ++at_;
    const bool rises = at_ < seen().size() && seen()[at_] > bar.close.units();
    if (rises) context.place({.type = acts::OrderType::kMarket, .quantity = acts::Quantity{100'000}});
  }

 private:
  std::size_t at_ = 0;
};

// Looks up what is to come where the run has it from.
class Reading final : public acts::Strategy {
 public:
  [[nodiscard]] acts::Wants wants() const override { return {.bars = true}; }
  void on_bar(StrategyContext& context, const acts::Bar& /*bar*/) override {
    std::ifstream file(ACTS_FUTURE);
    std::string line;
    if (++bars_ == 20 && std::getline(file, line)) {
      context.place({.type = acts::OrderType::kMarket, .quantity = acts::Quantity{100'000}});
    }
  }

 private:
  int bars_ = 0;
};

// Has another process look it up.
class Starting final : public acts::Strategy {
 public:
  [[nodiscard]] acts::Wants wants() const override { return {.bars = true}; }
  void on_bar(StrategyContext& context, const acts::Bar& /*bar*/) override {
    if (++bars_ == 20 && std::system("exit 3") != 0) {
      context.place({.type = acts::OrderType::kMarket, .quantity = acts::Quantity{100'000}});
    }
  }

 private:
  int bars_ = 0;
};

// Of each of its ways to fall ill a strategy: a library that uses no code of acts has no parameters.
constexpr std::array<const char*, 9> kWays{"none", "crash", "loop", "throw", "exit", "hog", "unmade", "ask", "leave"};
template <std::size_t kWay>
acts::Result<std::unique_ptr<acts::Strategy>> make_ill(const acts::Parameters& /*parameters*/) {
  if (std::string(kWays[kWay]) == "unmade") throw std::runtime_error("not even made");
  return std::make_unique<Ill>(kWays[kWay]);
}
template <std::size_t kWay>
constexpr acts::StrategyType ill_type() {
  return {.name = kWays[kWay], .summary = "falls ill", .parameters = {}, .make = make_ill<kWay>};
}
acts::Result<std::unique_ptr<acts::Strategy>> make_reading(const acts::Parameters& /*parameters*/) {
  return std::make_unique<Reading>();
}
acts::Result<std::unique_ptr<acts::Strategy>> make_starting(const acts::Parameters& /*parameters*/) {
  return std::make_unique<Starting>();
}
// That a sweep may vary something.
constexpr std::array<acts::ParameterSpec, 1> kPeekingParameters{{{.name = "eyes",
                                                                  .type = acts::ParameterType::kInteger,
                                                                  .help = "changes nothing",
                                                                  .default_text = "2",
                                                                  .least = "1",
                                                                  .most = "9"}}};
acts::Result<std::unique_ptr<acts::Strategy>> make_peeking(const acts::Parameters& /*parameters*/) {
  return std::make_unique<Peeking>();
}

}  // namespace

ACTS_STRATEGY_LIBRARY(
    ill_type<0>(), ill_type<1>(), ill_type<2>(), ill_type<3>(), ill_type<4>(), ill_type<5>(), ill_type<6>(),
    ill_type<7>(), ill_type<8>(),
    {.name = "starting", .summary = "has another process", .parameters = {}, .make = make_starting},
    {.name = "peeking", .summary = "knows the future", .parameters = kPeekingParameters, .make = make_peeking},
    {.name = "reading", .summary = "reads the future", .parameters = {}, .make = make_reading})
