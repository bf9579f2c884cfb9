#include "backtest/isolate/protocol.hpp"

#include <algorithm>
#include <array>

namespace acts::backtest {
namespace {

constexpr std::size_t kMostParameters = 4096;
constexpr std::size_t kMostNeeded = 4096;  // instruments
constexpr std::size_t kMostInstrumentsTold = 4096;
constexpr std::size_t kMostErrorBytes = std::size_t{64} << 10U;

void begin_message(ByteWriter& out, RunMessage message) { out.byte(static_cast<std::uint8_t>(message)); }
void begin_message(ByteWriter& out, HostMessage message) { out.byte(static_cast<std::uint8_t>(message)); }

void write_level(ByteWriter& out, const Level& level) {
  out.integer(level.price.units());
  out.integer(level.quantity.units());
}

// What a question is about; nothing unless there is such an instrument.
std::optional<InstrumentId> read_instrument(const StrategyContext& context, ByteReader& in) {
  const std::uint64_t id = in.number();
  if (in.is_bad() || id >= context.instrument_count()) return std::nullopt;
  return InstrumentId{static_cast<std::uint32_t>(id)};
}

void answer_of_book(const BookView& book, AskKind kind, ByteReader& in, ByteWriter& out) {
  if (kind == AskKind::kBookScales) {
    out.number(book.scales().price);
    out.number(book.scales().quantity);
    return;
  }
  const Side side = in.one_of(Side::kAsk);
  if (kind == AskKind::kBest) {
    const std::optional<Level> best = book.best(side);
    out.flag(best.has_value());
    if (best) write_level(out, *best);
  } else if (kind == AskKind::kLevels) {
    std::vector<Level> levels(in.count(kMostAskedLevels));
    levels.resize(book.levels(side, levels));
    out.number(levels.size());
    for (const Level& level : levels) write_level(out, level);
  } else if (kind == AskKind::kQuantityAt) {
    out.integer(book.quantity_at(side, Price{in.integer()}).units());
  } else {
    out.flag(book.covers(side, Price{in.integer()}));
  }
}

void answer_of_instrument(const StrategyContext& context, InstrumentId id, AskKind kind, ByteReader& in,
                          ByteWriter& out) {
  switch (kind) {
    case AskKind::kLastTrade: write_optional(out, context.last_trade(id)); break;
    case AskKind::kFundingRate: write_optional(out, context.funding_rate(id)); break;
    case AskKind::kPosition: write_value(out, context.position(id)); break;
    case AskKind::kPositionValue: out.real(context.position_value(id)); break;
    case AskKind::kOpenOrders: {
      const std::span<const OpenOrder> orders = context.open_orders(id);
      out.number(orders.size());
      for (const OpenOrder& order : orders) write_value(out, order);
      break;
    }
    default: answer_of_book(context.book(id), kind, in, out); break;
  }
}

bool answer_place(StrategyContext& context, ByteReader& in, ByteWriter& out) {
  NewOrder order;
  read_value(in, order);
  if (!in.is_done() || order.instrument.value() >= context.instrument_count()) return false;
  out.number(context.place(order).value());
  return true;
}

bool answer_place_oco(StrategyContext& context, ByteReader& in, ByteWriter& out) {
  NewOrder first;
  NewOrder second;
  read_value(in, first);
  read_value(in, second);
  const std::size_t count = context.instrument_count();
  if (!in.is_done() || first.instrument.value() >= count || second.instrument.value() >= count) return false;
  const OcoIds ids = context.place_oco(first, second);
  out.number(ids.first.value());
  out.number(ids.second.value());
  return true;
}

bool answer_timer(StrategyContext& context, AskKind kind, ByteReader& in) {
  const TimerId id{static_cast<std::uint32_t>(in.count(UINT32_MAX))};
  const UnixNanos at{kind == AskKind::kSetTimer ? in.integer() : 0};
  if (!in.is_done()) return false;
  kind == AskKind::kSetTimer ? context.set_timer(id, at) : context.stop_timer(id);
  return true;
}

void write_what_to_make(ByteWriter& out, const MakeStrategy& make) {
  out.text(make.library);
  out.text(make.name);
  out.number(make.most_memory);
  out.flag(make.bans_files);
  out.number(make.parameters.size());
  for (const GivenParameter& given : make.parameters) {
    for (const std::string* const text : {&given.name, &given.text, &given.place}) out.text(*text);
  }
}

void write_needs(ByteWriter& out, const StrategyNeeds& needs) {
  out.flag(needs.book);
  out.number(needs.instruments);
  out.flag(needs.funding);
  out.flag(needs.base_quantities);
}

StrategyNeeds read_needs(ByteReader& in) {
  const StrategyNeeds needs{
      .book = in.flag(), .instruments = in.count(kMostNeeded), .funding = in.flag(), .base_quantities = in.flag()};
  if (needs.instruments == 0) in.refuse();  // the last of them is asked for
  return needs;
}

}  // namespace

void write_make(ByteWriter& out, const MakeStrategy& make) {
  begin_message(out, RunMessage::kMake);
  write_what_to_make(out, make);
}

void write_describe(ByteWriter& out, const MakeStrategy& make) {
  begin_message(out, RunMessage::kDescribe);
  write_what_to_make(out, make);
}

std::optional<MakeStrategy> read_make(ByteReader& in) {
  MakeStrategy make{.library = std::string(in.text(kMostParameterBytes)),
                    .name = std::string(in.text(kMostParameterBytes)),
                    .most_memory = in.number(),
                    .bans_files = in.flag()};
  make.parameters.resize(in.count(std::min(kMostParameters, in.left())));
  for (GivenParameter& given : make.parameters) {
    for (std::string* const text : {&given.name, &given.text, &given.place}) *text = in.text(kMostParameterBytes);
  }
  return in.is_done() ? std::optional(std::move(make)) : std::nullopt;
}

void write_made(ByteWriter& out, const MadeStrategy& made) {
  begin_message(out, HostMessage::kMade);
  out.text(made.name);
  write_needs(out, made.needs);
  out.number(made.parameters.size());
  for (const auto& [name, text] : made.parameters) {
    out.text(name);
    out.text(text);
  }
  write_value(out, made.wants);
}

std::optional<MadeStrategy> read_made(ByteReader& in) {
  MadeStrategy made{.name = std::string(in.text(kMostParameterBytes))};
  made.needs = read_needs(in);
  const std::uint64_t count = in.count(kMostParameters);
  for (std::uint64_t i = 0; i < count && !in.is_bad(); ++i) {
    const std::string name(in.text(kMostParameterBytes));
    made.parameters[name] = in.text(kMostParameterBytes);
  }
  read_value(in, made.wants);
  return in.is_done() ? std::optional(std::move(made)) : std::nullopt;
}

DescribedStrategy described(const StrategyType& type) {
  DescribedStrategy described{.name = std::string(type.name), .needs = type.needs};
  for (const ParameterSpec& spec : type.parameters) described.parameters.emplace_back(spec.name, spec.type);
  return described;
}

void write_described(ByteWriter& out, const DescribedStrategy& described) {
  begin_message(out, HostMessage::kDescribed);
  out.text(described.name);
  write_needs(out, described.needs);
  out.number(described.parameters.size());
  for (const auto& [name, type] : described.parameters) {
    out.text(name);
    out.number(static_cast<std::uint64_t>(type));
  }
}

std::optional<DescribedStrategy> read_described(ByteReader& in) {
  DescribedStrategy described{.name = std::string(in.text(kMostParameterBytes))};
  described.needs = read_needs(in);
  described.parameters.resize(in.count(std::min(kMostParameters, in.left())));
  for (auto& [name, type] : described.parameters) {
    name = in.text(kMostParameterBytes);
    type = in.one_of(ParameterType::kText);
  }
  return in.is_done() ? std::optional(std::move(described)) : std::nullopt;
}

void write_call(ByteWriter& out, const StrategyCall& call) {
  begin_message(out, RunMessage::kCall);
  out.number(static_cast<std::uint64_t>(call.kind));
  out.integer(call.now.value);
  out.number(call.subject);
  switch (call.kind) {
    case CallKind::kStart:
      out.number(call.instruments.size());
      for (const HostedInstrument& of : call.instruments) {
        write_value(out, of.info);
        out.number(of.scales.price);
        out.number(of.scales.quantity);
        out.integer(of.tick.units());
        out.integer(of.lot.units());
      }
      break;
    case CallKind::kTrade: write_value(out, call.trade); break;
    case CallKind::kBar: write_value(out, call.bar); break;
    case CallKind::kFeatures: write_value(out, call.features); break;
    case CallKind::kOrder: write_value(out, call.update); break;
    case CallKind::kFill: write_value(out, call.fill); break;
    case CallKind::kStop:
    case CallKind::kBook:
    case CallKind::kTimer: break;
  }
}

namespace {

void read_instruments(ByteReader& in, std::vector<HostedInstrument>& instruments) {
  instruments.resize(in.count(std::min(kMostInstrumentsTold, in.left())));
  for (HostedInstrument& of : instruments) {
    read_value(in, of.info);
    of.scales.price = static_cast<std::uint8_t>(in.count(UINT8_MAX));
    of.scales.quantity = static_cast<std::uint8_t>(in.count(UINT8_MAX));
    of.tick = Price{in.integer()};
    of.lot = Quantity{in.integer()};
  }
}

}  // namespace

std::optional<StrategyCall> read_call(ByteReader& in) {
  StrategyCall call{.kind = in.one_of(CallKind::kTimer), .now = UnixNanos{in.integer()}};
  call.subject = static_cast<std::uint32_t>(in.count(UINT32_MAX));
  switch (call.kind) {
    case CallKind::kStart: read_instruments(in, call.instruments); break;
    case CallKind::kTrade: read_value(in, call.trade); break;
    case CallKind::kBar: read_value(in, call.bar); break;
    case CallKind::kFeatures: read_value(in, call.features, call.feature_values); break;
    case CallKind::kOrder: read_value(in, call.update); break;
    case CallKind::kFill: read_value(in, call.fill); break;
    case CallKind::kStop:
    case CallKind::kBook:
    case CallKind::kTimer: break;
  }
  return in.is_done() ? std::optional(std::move(call)) : std::nullopt;
}

void write_failed(ByteWriter& out, const Error& error) {
  begin_message(out, HostMessage::kFailed);
  out.number(static_cast<std::uint64_t>(error.code));
  out.text(std::string_view(error.message).substr(0, kMostErrorBytes));
}

std::optional<Error> read_failed(ByteReader& in) {
  Error error{in.one_of(ErrorCode::kCancelled), std::string(in.text(kMostErrorBytes))};
  return in.is_done() ? std::optional(std::move(error)) : std::nullopt;
}

bool answer_ask(StrategyContext& context, ByteReader& in, ByteWriter& out) {
  const AskKind kind = in.one_of(AskKind::kPlaceOco);
  if (in.is_bad()) return false;
  if (kind == AskKind::kSetTimer || kind == AskKind::kStopTimer) return answer_timer(context, kind, in);
  begin_message(out, RunMessage::kAnswer);
  if (kind == AskKind::kPlace) return answer_place(context, in, out);
  if (kind == AskKind::kPlaceOco) return answer_place_oco(context, in, out);
  if (kind == AskKind::kModify) {
    ModifyOrder change;
    read_value(in, change);
    if (in.is_done()) out.flag(context.modify(change));
  } else if (kind == AskKind::kCancel) {
    const ClientOrderId id{in.number()};
    if (in.is_done()) out.flag(context.cancel(id));
  } else if (const std::optional<InstrumentId> id = read_instrument(context, in)) {
    answer_of_instrument(context, *id, kind, in, out);
  } else {
    return false;
  }
  return in.is_done();
}

}  // namespace acts::backtest
