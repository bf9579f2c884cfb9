// Runs a script of orders over an .npz and prints the fills: parity_run NPZ SCRIPT LATENCIES QUEUE FILLS COMPATIBILITY,
// a line `time received order side tick quantity cause` each; of the positions that the script is told a line `told
// time position` each; and at the end `total position balance fee samples fundings`. The tick is 1, the lot 1, and the
// script is woken each 10 ms. COMPATIBILITY is hftbacktest or none; then funding is paid each second, and what must
// hold of orders, fills, position and equity is checked at each of them and in samples: exit code 1, with a line that
// says what does not.
//
// Lines of SCRIPT: wake,action,order,side,offset,quantity,time_in_force,type; of place, modify and cancel. Prices are
// so many ticks away from the best of the order's side.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/engine.hpp"
#include "backtest/latency_file.hpp"
#include "backtest/open_market.hpp"
#include "own_books.hpp"

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
  [[nodiscard]] Wants wants() const override { return {.fills = true}; }
  void on_fill(StrategyContext& context, const Fill& /*fill*/) override {
    fmt::print("told {} {}\n", context.now().value, context.position(kOnly).quantity.units());
  }
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

  // Of the script; 0: none of it.
  [[nodiscard]] std::uint64_t number_of(ClientOrderId id) const {
    const auto found = std::ranges::find(ids_, id, [](const auto& known) { return known.second; });
    return found == ids_.end() ? 0 : found->first;
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
  Printer(const Scripted& script, bool checks) : script_(&script), checks_(checks) {}

  void on_fill(const ToldFill& told) override {
    const Fill& fill = told.fill;
    fmt::print("{} {} {} {} {} {} {}\n", fill.ts_event.value, fill.ts_recv.value, script_->number_of(fill.id),
               to_string(fill.side), fill.price.units(), fill.quantity.units(), to_string(fill.cause));
    books_.on_fill(fill);
    const std::int64_t quantity = fill.quantity.units();
    Known& order = orders_[fill.id];
    order.filled += quantity;
    expect(quantity > 0, fill.id, "a fill of nothing");
    expect(!order.is_final, fill.id, "a fill of an order that was over");
    expect(fill.left.units() >= 0, fill.id, "more was filled than ordered");
  }

  void on_order(const OrderUpdate& update, sim::RefusalDetail /*detail*/) override {
    Known& order = orders_[update.id];
    const bool is_about_nothing = update.event == OrderEvent::kRejected && update.status != OrderStatus::kRejected;
    if (is_about_nothing) return;
    expect(!order.is_final, update.id, "an event of an order that was over");
    order.is_final = is_final(update.status);
    if (update.status == OrderStatus::kFilled) {
      expect(order.adds_up(update), update.id, "filled, but its fills are not its quantity");
    } else if (!order.is_final && update.event != OrderEvent::kSubmitted) {
      expect(update.left.units() > 0, update.id, "alive with nothing left");
      expect(order.adds_up(update), update.id, "its fills and what is left are not its quantity");
    }
  }

  void on_sample(const Sample& sample) override {
    expect(books_.agrees(sample), ClientOrderId{}, "a sample is not what its fills come to");
  }

  void tell_end(const Position& position, UnixNanos end) {
    expect(books_.agrees(position, end), ClientOrderId{}, "the end is not what fills and funding come to");
    fmt::print("total {} {} {} {} {}\n", position.quantity.units(), to_string(position.cash), to_string(position.fee),
               books_.samples(), books_.fundings());
  }
  OwnBooks& books() { return books_; }
  [[nodiscard]] bool is_sound() const { return is_sound_; }

 private:
  struct Known {
    std::int64_t filled = 0;
    bool is_final = false;
    [[nodiscard]] bool adds_up(const OrderUpdate& update) const {
      return filled + update.left.units() == update.quantity.units();
    }
  };

  void expect(bool holds, ClientOrderId id, std::string_view what) {
    if (holds || !checks_) return;
    is_sound_ = false;
    fmt::print(stderr, "parity_run: order {}: {}\n", script_->number_of(id), what);
  }

  const Scripted* script_;
  bool checks_;
  std::map<ClientOrderId, Known> orders_;
  OwnBooks books_;
  bool is_sound_ = true;
};

// A nanosecond behind whole seconds, where no row and no fill is, and not at the very end, which the venue comes to
// before us; at a rate that changes its sign.
std::vector<sim::FundingTime> fundings(UnixNanos from, UnixNanos to) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::vector<sim::FundingTime> times;
  for (std::int64_t at = from.value + kSecond + 1; at < to.value - kSecond / 10; at += kSecond) {
    const int rate = times.size() % 3 == 0 ? -7 : 20;
    times.push_back({.at = {at}, .rate = {rate, 5}, .mark = Decimal{1000, 0}});
  }
  return times;
}

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
  const bool as_hftbacktest = words.at(5) == "hftbacktest";
  Printer printer(strategy, !as_hftbacktest);
  std::vector<InstrumentSetup> setups;
  setups.push_back({.instrument = *instrument,
                    .venue = {.fills = words.at(4) == "partial" ? sim::FillSizes::kPartial : sim::FillSizes::kFull,
                              .queue = {*queue, 3},
                              .as_hftbacktest = as_hftbacktest},
                    .latency = *latency,
                    .fees = {.maker = OwnBooks::kMaker, .taker = OwnBooks::kTaker},
                    .feed = market->feed.get()});
  if (!as_hftbacktest) {
    const FeedFacts& facts = market->feed->facts();
    std::vector<sim::FundingTime> times = fundings(facts.first_local, facts.last_local);
    auto book = sim::FundingBook::of(times);
    if (!book) return fmt::print(stderr, "parity_run: {}\n", book.error().message), 1;
    setups.front().funding = *std::move(book);
    printer.books().expect_funding(std::move(times));
  }
  Engine engine(std::move(setups), strategy, {.sample = std::chrono::milliseconds{50}}, &printer);
  const auto end = engine.run();
  if (!end) fmt::print(stderr, "parity_run: {}\n", end.error().message);
  if (end) printer.tell_end(end->positions.front(), end->end);
  return end && printer.is_sound() ? 0 : 1;
}

}  // namespace
}  // namespace acts::backtest

int main(int count, char** words) { return acts::backtest::run({words + 1, words + count}); }
