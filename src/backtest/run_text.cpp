#include "backtest/run_text.hpp"

#include <fmt/format.h>

#include "acts/base/ratio.hpp"

#include "backtest/money.hpp"
#include "backtest/order_counts.hpp"

namespace acts::backtest {
namespace {

std::string price_text(Price price, const BacktestInstrument& instrument) {
  return to_string(to_decimal(price, instrument.scales));
}
std::string quantity_text(Quantity quantity, const BacktestInstrument& instrument) {
  return to_string(to_decimal(quantity, instrument.scales));
}

}  // namespace

std::string to_iso8601_nanos(UnixNanos t) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t nanos = ((t.value % kSecond) + kSecond) % kSecond;
  const std::string seconds = to_iso8601(t).substr(0, std::string_view("2024-08-08T23:55:00").size());
  return fmt::format("{}.{:09}Z", seconds, nanos);
}

std::string csv_text(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += '"';
  }
  return out + "\"";
}

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", text); }

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n' || c == '\t') {
      out += c == '\n' ? "\\n" : "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string equity_line(const Sample& sample, const BacktestInstrument& instrument) {
  const Position& position = sample.position;
  // The position's, which runs hold it to (adds_up()).
  const Decimal value = minus(plus(minus(sample.equity, position.cash), position.fee), position.funding);
  return fmt::format("{},{},{},{},{},{},{},{},{}\n", to_iso8601_nanos(sample.ts), csv_text(instrument.name),
                     sample.mark ? to_string(*sample.mark) : "", to_string(held(position, instrument.scales.quantity)),
                     to_string(position.cash), to_string(position.fee), to_string(position.funding),
                     to_string(sample.equity), sample.mark ? to_string(value) : "");
}

std::string fill_line(const ToldFill& told, const BacktestInstrument& instrument) {
  const Fill& fill = told.fill;
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", to_iso8601_nanos(fill.ts_event),
                     csv_text(instrument.name), to_string(fill.side), price_text(fill.price, instrument),
                     quantity_text(fill.quantity, instrument), to_string(fill.liquidity), to_string(fill.cause),
                     to_string(fill.fee), fill.id.value(), shortest_text(fill.queue_ahead_entry),
                     shortest_text(fill.queue_ahead_fill), told.middle ? to_string(*told.middle) : "",
                     to_string(told.realised), to_string(told.value), to_string(fill.base_fee));
}

std::string order_line(const OrderUpdate& update, const BacktestInstrument& instrument, sim::RefusalDetail detail) {
  const UnixNanos time = update.ts_event == UnixNanos{} ? update.ts_recv : update.ts_event;
  const auto price_or_nothing = [&](Price price) {
    return price == Price{} ? std::string() : price_text(price, instrument);
  };
  const int code = error_code_of(update, instrument.info.venue, detail);
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", to_iso8601_nanos(time),
                     csv_text(instrument.name), update.id.value(), to_string(update.event), to_string(update.side),
                     to_string(update.type), to_string(update.time_in_force), price_text(update.price, instrument),
                     quantity_text(update.quantity, instrument), quantity_text(update.left, instrument),
                     to_string(update.reason), price_or_nothing(update.stop_price), price_or_nothing(update.trail),
                     code == 0 ? std::string() : fmt::format("{}", code), to_iso8601_nanos(update.ts_recv));
}

std::string fill_json(const Fill& fill, const BacktestInstrument& instrument) {
  const std::string base_fee =
      fill.base_fee.units == 0 ? "" : fmt::format(R"("base_fee":"{}",)", to_string(fill.base_fee));
  return fmt::format(
      R"({{{}"cause":"{}","fee":"{}","instrument":{},"liquidity":"{}","order_id":"{}","price":"{}","quantity":"{}","side":"{}","time":"{}"}})",
      base_fee, to_string(fill.cause), to_string(fill.fee), json_text(instrument.name), to_string(fill.liquidity),
      fill.id.value(), price_text(fill.price, instrument), quantity_text(fill.quantity, instrument),
      to_string(fill.side), to_iso8601_nanos(fill.ts_event));
}

}  // namespace acts::backtest
