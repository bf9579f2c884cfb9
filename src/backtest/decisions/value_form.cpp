#include "backtest/decisions/value_form.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

namespace acts::backtest {
namespace {

// A field that is added is to be written, too: look at fields_of() of the type whose size has changed.
static_assert(sizeof(NewOrder) == 48 && sizeof(ModifyOrder) == 40);
static_assert(sizeof(OpenOrder) == 80 && sizeof(OrderUpdate) == 88);
static_assert(sizeof(Fill) == 160 && sizeof(Position) == 144);
static_assert(sizeof(Trade) == 64 && sizeof(Bar) == 80);

// The same list of fields serves both ways: a form has an overload for each type of field.
class WriteForm {
 public:
  explicit WriteForm(ByteWriter& out) : out_(&out) {}
  void operator()(std::uint8_t value) { out_->number(value); }
  void operator()(std::uint64_t value) { out_->number(value); }
  void operator()(std::int64_t value) { out_->integer(value); }
  void operator()(bool value) { out_->flag(value); }
  void operator()(double value) { out_->real(value); }
  void operator()(const std::string& value) { out_->text(value); }
  void operator()(UnixNanos value) { out_->integer(value.value); }
  void operator()(Price value) { out_->integer(value.units()); }
  void operator()(Quantity value) { out_->integer(value.units()); }
  void operator()(InstrumentId value) { out_->number(value.value()); }
  void operator()(ClientOrderId value) { out_->number(value.value()); }
  void operator()(const Decimal& value) { out_->decimal(value); }
  void operator()(const std::optional<Decimal>& value) {
    out_->flag(value.has_value());
    if (value) out_->decimal(*value);
  }
  template <typename Enum>
  void one_of(Enum value, Enum /*last*/) {
    out_->number(static_cast<std::uint64_t>(value));
  }

 private:
  ByteWriter* out_;
};

class ReadForm {
 public:
  explicit ReadForm(ByteReader& in) : in_(&in) {}
  void operator()(std::uint8_t& value) { value = static_cast<std::uint8_t>(in_->count(UINT8_MAX)); }
  void operator()(std::uint64_t& value) { value = in_->number(); }
  void operator()(std::int64_t& value) { value = in_->integer(); }
  void operator()(bool& value) { value = in_->flag(); }
  void operator()(double& value) { value = in_->real(); }
  void operator()(std::string& value) { value = in_->text(kMostNameBytes); }
  void operator()(UnixNanos& value) { value = UnixNanos{in_->integer()}; }
  void operator()(Price& value) { value = Price{in_->integer()}; }
  void operator()(Quantity& value) { value = Quantity{in_->integer()}; }
  void operator()(InstrumentId& value) { value = InstrumentId{static_cast<std::uint32_t>(in_->count(UINT32_MAX))}; }
  void operator()(ClientOrderId& value) { value = ClientOrderId{in_->number()}; }
  void operator()(Decimal& value) { value = in_->decimal(); }
  void operator()(std::optional<Decimal>& value) { value = in_->flag() ? std::optional(in_->decimal()) : std::nullopt; }
  template <typename Enum>
  void one_of(Enum& value, Enum last) {
    value = in_->one_of(last);
  }

 private:
  ByteReader* in_;
};

template <typename Value, typename Type>
concept Is = std::is_same_v<std::remove_const_t<Value>, Type>;

template <typename Form, Is<Scales> Value>
void fields_of(Form& form, Value& value) {
  form(value.price);
  form(value.quantity);
}

template <typename Form, Is<NewOrder> Value>
void fields_of(Form& form, Value& value) {
  form(value.instrument);
  form.one_of(value.side, OrderSide::kSell);
  form.one_of(value.type, OrderType::kTrailingStop);
  form.one_of(value.time_in_force, TimeInForce::kFok);
  form(value.price);
  form(value.quantity);
  form(value.stop_price);
  form(value.trail);
  form(value.reduce_only);
}

template <typename Form, Is<ModifyOrder> Value>
void fields_of(Form& form, Value& value) {
  form(value.id);
  form(value.price);
  form(value.quantity);
  form(value.stop_price);
  form(value.trail);
}

template <typename Form, Is<OpenOrder> Value>
void fields_of(Form& form, Value& value) {
  form(value.id);
  form(value.instrument);
  form.one_of(value.side, OrderSide::kSell);
  form.one_of(value.type, OrderType::kTrailingStop);
  form.one_of(value.time_in_force, TimeInForce::kFok);
  form(value.price);
  form(value.quantity);
  form(value.left);
  form(value.stop_price);
  form.one_of(value.status, OrderStatus::kRejected);
  form(value.is_requested);
  form(value.trail);
  form(value.reduce_only);
  form(value.linked);
}

template <typename Form, Is<OrderUpdate> Value>
void fields_of(Form& form, Value& value) {
  form(value.instrument);
  form(value.id);
  form.one_of(value.event, OrderEvent::kTriggered);
  form.one_of(value.status, OrderStatus::kRejected);
  form.one_of(value.reason, RejectReason::kLinkedOrder);
  form(value.ts_event);
  form(value.ts_recv);
  form.one_of(value.side, OrderSide::kSell);
  form.one_of(value.type, OrderType::kTrailingStop);
  form.one_of(value.time_in_force, TimeInForce::kFok);
  form(value.price);
  form(value.quantity);
  form(value.left);
  form(value.stop_price);
  form(value.trail);
}

template <typename Form, Is<Fill> Value>
void fields_of(Form& form, Value& value) {
  form(value.number);
  form(value.instrument);
  form(value.id);
  form.one_of(value.side, OrderSide::kSell);
  form.one_of(value.liquidity, Liquidity::kTaker);
  form.one_of(value.cause, FillCause::kLiquidation);
  form(value.ts_event);
  form(value.ts_recv);
  form(value.price);
  form(value.quantity);
  form(value.left);
  form(value.fee);
  form(value.base_fee);
  form(value.queue_ahead_entry);
  form(value.queue_ahead_fill);
}

template <typename Form, Is<Position> Value>
void fields_of(Form& form, Value& value) {
  form(value.quantity);
  form(value.cash);
  form(value.fee);
  form(value.funding);
  form(value.base_fee);
}

template <typename Form, Is<Trade> Value>
void fields_of(Form& form, Value& value) {
  form(value.trade_id);
  form(value.first_trade_id);
  form(value.last_trade_id);
  form(value.aggregate);
  form(value.market);
  form.one_of(value.aggressor, AggressorSide::kSell);
  form(value.ts_event);
  fields_of(form, value.scales);
  form(value.price);
  form(value.quantity);
}

template <typename Form, Is<Bar> Value>
void fields_of(Form& form, Value& value) {
  form(value.instrument);
  form(value.open_time);
  form(value.close_time);
  fields_of(form, value.scales);
  form(value.open);
  form(value.high);
  form(value.low);
  form(value.close);
  form(value.volume);
  form(value.trades);
}

template <typename Form, Is<FundingRate> Value>
void fields_of(Form& form, Value& value) {
  form(value.rate);
  form(value.at);
}

template <typename Form, Is<Instrument> Value>
void fields_of(Form& form, Value& value) {
  form.one_of(value.venue, Venue::kBinanceUsdm);
  form(value.symbol);
  form(value.base_asset);
  form(value.quote_asset);
  form.one_of(value.status, TradingStatus::kDelisted);
  form(value.tick_size);
  form(value.min_price);
  form(value.max_price);
  form(value.lot_size);
  form(value.min_quantity);
  form(value.max_quantity);
  form(value.min_notional);
}

template <typename Value>
void write_fields(ByteWriter& out, const Value& value) {
  WriteForm form(out);
  fields_of(form, value);
}

template <typename Value>
void read_fields(ByteReader& in, Value& value) {
  ReadForm form(in);
  fields_of(form, value);
}

}  // namespace

void write_value(ByteWriter& out, const NewOrder& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const ModifyOrder& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const OpenOrder& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const OrderUpdate& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const Fill& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const Position& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const Trade& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const Bar& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const FundingRate& value) { write_fields(out, value); }
void write_value(ByteWriter& out, const Instrument& value) { write_fields(out, value); }

void read_value(ByteReader& in, NewOrder& value) { read_fields(in, value); }
void read_value(ByteReader& in, ModifyOrder& value) { read_fields(in, value); }
void read_value(ByteReader& in, OpenOrder& value) { read_fields(in, value); }
void read_value(ByteReader& in, OrderUpdate& value) { read_fields(in, value); }
void read_value(ByteReader& in, Fill& value) { read_fields(in, value); }
void read_value(ByteReader& in, Position& value) { read_fields(in, value); }
void read_value(ByteReader& in, Trade& value) { read_fields(in, value); }
void read_value(ByteReader& in, Bar& value) { read_fields(in, value); }
void read_value(ByteReader& in, FundingRate& value) { read_fields(in, value); }
void read_value(ByteReader& in, Instrument& value) { read_fields(in, value); }

void write_value(ByteWriter& out, const Wants& value) {
  for (const bool is_wanted : {value.book, value.trades, value.bars, value.orders, value.fills}) out.flag(is_wanted);
  out.number(value.features.size());
  for (const std::string& name : value.features) out.text(name);
}

void read_value(ByteReader& in, Wants& value) {
  for (bool* const is_wanted : {&value.book, &value.trades, &value.bars, &value.orders, &value.fills}) {
    *is_wanted = in.flag();
  }
  value.features.resize(in.count(std::min(kMostFeatures, in.left())));
  for (std::string& name : value.features) name = in.text(kMostNameBytes);
}

void write_value(ByteWriter& out, const FeatureValues& value) {
  out.number(value.instrument.value());
  out.integer(value.ts.value);
  out.number(value.values.size());
  for (const double of : value.values) out.real(of);
}

void read_value(ByteReader& in, FeatureValues& value, std::vector<double>& values) {
  value.instrument = InstrumentId{static_cast<std::uint32_t>(in.count(UINT32_MAX))};
  value.ts = UnixNanos{in.integer()};
  values.resize(in.count(std::min(kMostFeatures, in.left())));
  for (double& of : values) of = in.real();
  value.values = values;
}

}  // namespace acts::backtest
