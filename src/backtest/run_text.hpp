// The texts of a run's files. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "backtest/instrument.hpp"
#include "backtest/run_listener.hpp"

namespace acts::backtest {

// "2024-08-08T23:55:00.123456789Z".
std::string to_iso8601_nanos(UnixNanos t);
// In quotes, with what JSON wants escaped; text that is not UTF-8 keeps its bytes.
std::string json_text(std::string_view text);
// A symbol, as a field of CSV.
std::string csv_text(std::string_view text);
// JSON of what needs no escapes: numbers, times, names of our own.
std::string in_quotes(std::string_view text);

inline constexpr std::string_view kEquityHeader =
    "time,instrument,mark_price,position,cash,fee,funding,equity,position_value\n";
inline constexpr std::string_view kFillsHeader =
    "time,instrument,side,price,quantity,liquidity,cause,fee,order_id,queue_ahead_entry,queue_ahead_fill,mid_price,"
    "realised,value,base_fee\n";
inline constexpr std::string_view kOrdersHeader =
    "time,instrument,order_id,event,side,type,time_in_force,price,quantity,left,reason,stop_price,trail,code,"
    "received\n";
inline constexpr std::string_view kMarksHeader = "fill_number,0.1s,1s,10s,60s\n";

// Lines with their ends. A position is what is left of it after fees in the base asset; position_value is empty without
// a mark. An order's time is the venue's where it came there, else ours; its stop price and its distance from the best
// trade are empty where it waits for none, and the venue's error code where there is none.
std::string equity_line(const Sample& sample, const BacktestInstrument& instrument);
std::string fill_line(const ToldFill& told, const BacktestInstrument& instrument);
std::string order_line(const OrderUpdate& update, const BacktestInstrument& instrument,
                       sim::RefusalDetail detail = sim::RefusalDetail::kNone);
// One object, keys in order, without a line's end.
std::string fill_json(const Fill& fill, const BacktestInstrument& instrument);

}  // namespace acts::backtest
