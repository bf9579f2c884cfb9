// Messages between a run and an isolated strategy, from outside: whatever they hold is read or refused, what is read is
// written with the same bytes, and a question asks a context for nothing that it has not.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/assert.hpp"

#include "backtest/decisions/byte_form.hpp"
#include "backtest/isolate/protocol.hpp"

namespace {

using namespace acts;
using namespace acts::backtest;

// Two instruments with a level a side, and an order.
class Context final : public StrategyContext, private BookView {
 public:
  [[nodiscard]] UnixNanos now() const override { return {}; }
  [[nodiscard]] std::size_t instrument_count() const override { return 2; }
  [[nodiscard]] const Instrument& instrument(InstrumentId id) const override { return known(id), instrument_; }
  [[nodiscard]] Scales scales(InstrumentId id) const override { return known(id), Scales{}; }
  [[nodiscard]] Price tick(InstrumentId id) const override { return known(id), Price{1}; }
  [[nodiscard]] Quantity lot(InstrumentId id) const override { return known(id), Quantity{1}; }
  [[nodiscard]] const BookView& book(InstrumentId id) const override { return known(id), *this; }
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId id) const override { return known(id), Trade{}; }
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId id) const override {
    return known(id), std::nullopt;
  }
  [[nodiscard]] std::optional<FeatureValues> features(InstrumentId id) const override {
    return known(id), std::nullopt;
  }
  [[nodiscard]] const Position& position(InstrumentId id) const override { return known(id), position_; }
  [[nodiscard]] double position_value(InstrumentId id) const override { return known(id), 0; }
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId id) const override {
    return known(id), std::span(orders_);
  }
  ClientOrderId place(const NewOrder& order) override { return known(order.instrument), ClientOrderId{1}; }
  OcoIds place_oco(const NewOrder& first, const NewOrder& second) override {
    known(first.instrument);
    return known(second.instrument), OcoIds{ClientOrderId{1}, ClientOrderId{2}};
  }
  bool modify(const ModifyOrder& /*change*/) override { return true; }
  bool cancel(ClientOrderId /*id*/) override { return true; }
  void set_timer(TimerId /*id*/, UnixNanos /*at*/) override {}
  void stop_timer(TimerId /*id*/) override {}

 private:
  static void known(InstrumentId id) { ACTS_ASSERT(id.value() < 2); }
  [[nodiscard]] Scales scales() const override { return {}; }
  [[nodiscard]] std::optional<Level> best(Side /*side*/) const override { return Level{Price{1}, Quantity{1}}; }
  std::size_t levels(Side /*side*/, std::span<Level> out) const override { return out.empty() ? 0 : 1; }
  [[nodiscard]] Quantity quantity_at(Side /*side*/, Price /*price*/) const override { return Quantity{1}; }
  [[nodiscard]] bool covers(Side /*side*/, Price /*price*/) const override { return true; }

  Instrument instrument_;
  Position position_;
  std::vector<OpenOrder> orders_{1};
};

// `bytes` behind a first byte that says what they are.
template <typename Read, typename Write>
void try_message(std::string_view bytes, Read read, Write write) {
  ByteReader in(bytes);
  const auto message = read(in);
  if (!message) return;
  ByteWriter out;
  write(out, *message);
  ACTS_ASSERT(std::string_view(out.bytes()).substr(1) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try_message(bytes, read_make, write_make);
  try_message(bytes, read_described, write_described);
  try_message(bytes, read_call, write_call);
  try_message(bytes, read_failed, write_failed);
  ByteReader made(bytes);
  static_cast<void>(read_made(made));  // names that come twice are written once
  Context context;
  ByteReader ask(bytes);
  ByteWriter answer;
  static_cast<void>(answer_ask(context, ask, answer));
  return 0;
}
