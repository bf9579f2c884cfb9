#include "history/archive/rest_tail.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include "acts/base/assert.hpp"

#include "binance/url_text.hpp"
#include "history/table/kind.hpp"
#include "history/table/micros.hpp"

namespace acts::history::archive {
namespace {

using nlohmann::json;

// Milliseconds of today have 13 digits, microseconds 16.
constexpr std::int64_t kLeastMicros = 100'000'000'000'000;
constexpr std::int64_t kMostMicros = 9'000'000'000'000'000;  // of the year 2255
constexpr std::int64_t kMostCount = std::int64_t{1} << 62;
constexpr std::size_t kCandleFields = 12;
constexpr std::size_t kCandleOpen = 0;
constexpr std::size_t kCandleClose = 6;
constexpr std::size_t kCandleTrades = 8;

constexpr int kSpotCandlesWeight = 2;
constexpr int kSpotTradesWeight = 4;
constexpr int kFuturesCandlesWeight = 5;  // 500 to 1000 of them
constexpr int kFuturesTradesWeight = 20;

bool is_candles(const Series& series) { return series.data_set == "klines"; }

std::string_view root_of(Market market) {
  switch (market) {
    case Market::kSpot: return "/api/v3/";
    case Market::kUsdm: return "/fapi/v1/";
    case Market::kCoinm: return "/dapi/v1/";
  }
  return "";
}

// A number of another kind, such as 1e30, must not even be converted.
std::int64_t whole_of(const json& number, std::int64_t most, const char* refusal) {
  const auto value = number.is_number_integer() ? number.get<std::int64_t>() : -1;
  if (value < 0 || value > most) throw json::other_error::create(501, refusal, &number);
  return value;
}

std::int64_t micros_of(const json& time) {
  const std::int64_t value = whole_of(time, kMostMicros, "no time");
  if (value >= kLeastMicros) return value;
  return value * 1000;
}

// "0.01634790": digits and a point, which need no quotes in a line.
const std::string& decimal_of(const json& text) {
  const auto& digits = text.get_ref<const std::string&>();
  if (digits.empty() || digits.find_first_not_of("0123456789.") != std::string::npos) {
    throw json::other_error::create(502, "no decimal", &text);
  }
  return digits;
}

std::int64_t count_of(const json& number) { return whole_of(number, kMostCount, "no count"); }

Day day_at(std::int64_t micros) { return Day{std::chrono::days{micros / kDayMicros}}; }

std::string time_text(std::int64_t micros) { return to_iso8601(UnixNanos{micros * 1000}); }

std::string candle_line(const json& row) {
  std::string line;
  for (std::size_t i = 0; i + 1 < kCandleFields; ++i) {
    if (i > 0) line += ',';
    const bool is_whole = i == kCandleOpen || i == kCandleClose || i == kCandleTrades;
    line += is_whole ? fmt::format("{}", count_of(row.at(i))) : decimal_of(row.at(i));
  }
  return line + ",0";
}

std::string trade_line(const json& row, Market market) {
  std::string line =
      fmt::format("{},{},{},{},{},{},{}", count_of(row.at("a")), decimal_of(row.at("p")), decimal_of(row.at("q")),
                  count_of(row.at("f")), count_of(row.at("l")), count_of(row.at("T")), row.at("m").get<bool>());
  if (market == Market::kSpot) line += fmt::format(",{}", row.at("M").get<bool>());
  return line;
}

}  // namespace

bool has_rest_tail(const Series& series) noexcept {
  if (series.data_set == "aggTrades") return true;
  const std::int64_t step = interval_micros(series.interval);
  return is_candles(series) && step > 0 && step <= kDayMicros;
}

RestTail::RestTail(Series series, Day from, UnixNanos until, std::optional<std::int64_t> last_id)
    : series_(std::move(series)),
      from_(std::chrono::microseconds(from.time_since_epoch()).count()),
      until_(until.value / 1000),
      step_(is_candles(series_) ? interval_micros(series_.interval) : 0) {
  ACTS_ASSERT(has_rest_tail(series_));
  state_.next_time = from_;
  state_.last_time = from_;
  if (last_id) state_.next_id = *last_id + 1;
  state_.is_done = from_ + step_ > until_;
}

binance::RestRequest RestTail::request() const {
  ACTS_ASSERT(!done());
  const bool is_spot = series_.market == Market::kSpot;
  binance::RestRequest request;
  request.target = fmt::format("{}{}?symbol=", root_of(series_.market), series_.data_set);
  binance::append_percent_encoded(request.target, series_.symbol);
  if (is_candles(series_)) {
    request.target += fmt::format("&interval={}&startTime={}", series_.interval, state_.next_time / 1000);
    request.weight = is_spot ? kSpotCandlesWeight : kFuturesCandlesWeight;
  } else {
    request.target +=
        state_.next_id ? fmt::format("&fromId={}", *state_.next_id) : fmt::format("&startTime={}", from_ / 1000);
    request.weight = is_spot ? kSpotTradesWeight : kFuturesTradesWeight;
  }
  request.target += fmt::format("&limit={}", kLimit);
  return request;
}

// One answer, read into a state that replaces the tail's if all of it can be read.
struct RestTail::Reading {
  const RestTail& tail;
  State state;
  std::vector<TailRow> rows = {};

  void take_candle(const json& row) {
    const std::int64_t open = micros_of(row.at(kCandleOpen));
    const std::int64_t ahead = open - state.next_time;
    if (ahead < 0) throw json::other_error::create(504, "a candle that was there before", &row);
    if (ahead % tail.step_ != 0) throw json::other_error::create(508, "a candle between two others", &row);
    if (open + tail.step_ > tail.until_) {
      state.is_done = true;  // it goes on
      return;
    }
    if (ahead > 0) {
      state.holes.push_back(fmt::format("{} candles from {} to {} are not there", ahead / tail.step_,
                                        time_text(state.next_time), time_text(open - tail.step_)));
    }
    state.next_time = open + tail.step_;
    ++state.rows;
    rows.push_back({day_at(open), candle_line(row)});
  }

  void take_trade(const json& row) {
    const std::int64_t id = count_of(row.at("a"));
    const std::int64_t time = micros_of(row.at("T"));
    if (state.next_id && id < *state.next_id)
      throw json::other_error::create(505, "a trade that was there before", &row);
    if (time >= tail.until_) {
      state.is_done = true;
      return;
    }
    // In front of all others there may be some that the archive's last day lacks.
    if (day_at(time) < day_at(state.last_time) && state.rows > 0) {
      throw json::other_error::create(506, "a trade of a day that was over", &row);
    }
    if (state.next_id && id > *state.next_id) {
      state.holes.push_back(fmt::format("aggregated trades {} to {} are not there", *state.next_id, id - 1));
    }
    state.next_id = id + 1;
    state.last_time = time;
    ++state.rows;
    rows.push_back({day_at(time), trade_line(row, tail.series_.market)});
  }
};

Result<std::vector<TailRow>> RestTail::on_answer(std::string_view body) {
  Reading reading{*this, state_};
  try {
    const json document = json::parse(body);
    if (!document.is_array() || document.size() > kLimit) throw json::other_error::create(507, "no list", &document);
    for (const json& row : document) {
      if (reading.state.is_done) break;
      is_candles(series_) ? reading.take_candle(row) : reading.take_trade(row);
    }
    // Less than was asked for: there is no more.
    reading.state.is_done = reading.state.is_done || document.size() < kLimit;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kBadInput, fmt::format("it is no answer to {}: {}", request().target, error.what()));
  }
  state_ = std::move(reading.state);
  if (step_ > 0 && state_.is_done && state_.next_time + step_ <= until_) {
    state_.holes.push_back(fmt::format("there are no candles from {} on", time_text(state_.next_time)));
  }
  if (step_ > 0 && state_.next_time + step_ > until_) state_.is_done = true;
  return std::move(reading.rows);
}

}  // namespace acts::history::archive
