// Runs a script of orders over an .npz and prints the fills: parity_run NPZ SCRIPT LATENCIES QUEUE FILLS, a line
// `time side tick quantity` each. The tick is 1, the lot 1, and the script is woken each 10 ms.
//
// Lines of SCRIPT: wake,action,order,side,offset,quantity,time_in_force,type; of place, modify and cancel. Prices are
// so many ticks away from the best of the order's side.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "backtest/engine.hpp"
#include "backtest/latency_file.hpp"
#include "backtest/open_market.hpp"

namespace acts::backtest {
namespace {

constexpr InstrumentId kOnly{0};
constexpr Nanos kInterval = std::chrono::milliseconds{10};

struct Step {
  std::int64_t wake = 0;
  std::string action;
  std::uint64_t order = 0;
  OrderSide side = OrderSide::kBuy;
  std::int64_t offset = 0;
  std::int64_t quantity = 0;
  TimeInForce time_in_force = TimeInForce::kGtc;
  OrderType type = OrderType::kLimit;
};

std::vector<Step> read_script(const std::string& path) {
  std::vector<Step> steps;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string field;
    std::vector<std::string> texts;
    while (std::getline(fields, field, ',')) texts.push_back(field);
    steps.push_back({.wake = std::stoll(texts.at(0)),
                     .action = texts.at(1),
                     .order = std::stoull(texts.at(2)),
                     .side = texts.at(3) == "buy" ? OrderSide::kBuy : OrderSide::kSell,
                     .offset = std::stoll(texts.at(4)),
                     .quantity = std::stoll(texts.at(5)),
                     .time_in_force = static_cast<TimeInForce>(std::stoi(texts.at(6))),
                     .type = texts.at(7) == "market" ? OrderType::kMarket : OrderType::kLimit});
  }
  return steps;
}

class Scripted final : public Strategy {
 public:
  explicit Scripted(std::vector<Step> steps) : steps_(std::move(steps)) {}
  [[nodiscard]] Wants wants() const override { return {}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{0}, context.now() + kInterval); }
  void on_timer(StrategyContext& context, TimerId id) override {
    context.set_timer(id, context.now() + kInterval);
    ++wake_;
    const auto bid = context.book(kOnly).best(Side::kBid);
    const auto ask = context.book(kOnly).best(Side::kAsk);
    for (; next_ < steps_.size() && steps_[next_].wake <= wake_; ++next_) {
      if (bid && ask) take(context, steps_[next_], bid->price.units(), ask->price.units());
    }
  }

 private:
  void take(StrategyContext& context, const Step& step, std::int64_t bid, std::int64_t ask) {
    const bool is_buy = step.side == OrderSide::kBuy;
    const Price price{is_buy ? bid - step.offset : ask + step.offset};
    if (step.action == "place") {
      ids_[step.order] = context.place({.instrument = kOnly,
                                        .side = step.side,
                                        .type = step.type,
                                        .time_in_force = step.time_in_force,
                                        .price = price,
                                        .quantity = Quantity{step.quantity}});
    } else if (step.action == "cancel") {
      context.cancel(ids_[step.order]);
    } else {
      context.modify({ids_[step.order], price, Quantity{step.quantity}});
    }
  }
  std::vector<Step> steps_;
  std::size_t next_ = 0;
  std::int64_t wake_ = 0;
  std::map<std::uint64_t, ClientOrderId> ids_;
};

class Printer final : public RunListener {
 public:
  void on_fill(const ToldFill& told) override {
    fmt::print("{} {} {} {}\n", told.fill.ts_event.value, to_string(told.fill.side), told.fill.price.units(),
               told.fill.quantity.units());
  }
};

int run(const std::vector<std::string>& words) {
  InstrumentSettings settings;
  settings.info.symbol = "X";
  settings.info.tick_size = Decimal{1, 0};
  settings.info.lot_size = Decimal{1, 0};
  settings.files = {words.at(0)};
  const auto instrument = backtest_instrument(settings.info);
  const auto market = open_market(settings, *instrument, nullptr);
  const auto latency = read_latencies(words.at(2));
  const auto queue = sim::parse_queue_kind(words.at(3));
  if (!market || !latency || !queue) {
    fmt::print(stderr, "parity_run: data, latencies or queue model cannot be used\n");
    return 1;
  }
  Scripted strategy(read_script(words.at(1)));
  Printer printer;
  std::vector<InstrumentSetup> setups;
  setups.push_back({.instrument = *instrument,
                    .venue = {.fills = words.at(4) == "partial" ? sim::FillSizes::kPartial : sim::FillSizes::kFull,
                              .queue = {*queue, 3},
                              .as_hftbacktest = true},
                    .latency = *latency,
                    .feed = market->feed.get()});
  Engine engine(std::move(setups), strategy, {}, &printer);
  const auto end = engine.run();
  if (!end) fmt::print(stderr, "parity_run: {}\n", end.error().message);
  return end ? 0 : 1;
}

}  // namespace
}  // namespace acts::backtest

int main(int count, char** words) { return acts::backtest::run({words + 1, words + count}); }
