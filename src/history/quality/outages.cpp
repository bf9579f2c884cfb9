#include "history/quality/outages.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace acts::history {
namespace {

struct Moment {
  int year;
  unsigned month;
  unsigned day;
  int hour;
  int minute;
};
constexpr std::int64_t micros_at(const Moment& m) {
  const std::chrono::sys_days date{std::chrono::year{m.year} / std::chrono::month{m.month} / std::chrono::day{m.day}};
  return std::chrono::microseconds(date.time_since_epoch() + std::chrono::hours{m.hour} +
                                   std::chrono::minutes{m.minute})
      .count();
}

// Each of these looked for candles that the archive does not have. Where candles without volume stand in front of the
// first that is missing, trading had stopped with them.
constexpr std::string_view kSeconds = "github.com/binance/binance-public-data/issues/365, BTCUSDT 1s";
constexpr std::string_view kSecondsLater = "github.com/binance/binance-public-data/issues/368, BTCUSDT 1s";
constexpr std::string_view kQuarters = "github.com/binance/binance-public-data/issues/312, DATAUSDT 15m";
constexpr std::string_view kFives =
    "github.com/iterativv/NostalgiaForInfinity at 52f08a7, user_data/data/binance/BTC_USDT-5m.json";

constexpr Outage spot(const Moment& from, const Moment& to, std::string_view source) {
  return {"binance-spot", micros_at(from), micros_at(to), source};
}

constexpr std::array<Outage, 31> kOutages{{
    spot({2017, 9, 6, 16, 0}, {2017, 9, 6, 23, 0}, kSeconds),
    spot({2017, 12, 4, 6, 0}, {2017, 12, 4, 6, 50}, kSeconds),
    spot({2017, 12, 18, 10, 0}, {2017, 12, 18, 10, 15}, kSeconds),
    spot({2017, 12, 18, 12, 29}, {2017, 12, 18, 13, 35}, kSeconds),
    spot({2018, 1, 4, 3, 0}, {2018, 1, 4, 5, 7}, kSeconds),
    spot({2018, 2, 8, 0, 28}, {2018, 2, 9, 10, 1}, kSeconds),
    spot({2018, 2, 10, 6, 0}, {2018, 2, 10, 6, 15}, kSeconds),
    spot({2018, 2, 11, 4, 0}, {2018, 2, 11, 4, 35}, kSeconds),
    spot({2018, 6, 26, 2, 0}, {2018, 6, 26, 12, 0}, kSeconds),
    spot({2018, 6, 27, 13, 0}, {2018, 6, 27, 14, 45}, kSeconds),
    spot({2018, 7, 4, 0, 22}, {2018, 7, 4, 8, 0}, kSeconds),
    spot({2018, 10, 19, 6, 0}, {2018, 10, 19, 9, 30}, kSeconds),
    spot({2018, 11, 14, 2, 0}, {2018, 11, 14, 9, 0}, kSeconds),
    spot({2019, 3, 12, 2, 0}, {2019, 3, 12, 8, 0}, kSeconds),
    spot({2019, 5, 15, 3, 0}, {2019, 5, 15, 13, 0}, kSeconds),
    spot({2019, 6, 7, 21, 13}, {2019, 6, 7, 22, 15}, kSeconds),
    spot({2020, 2, 9, 2, 0}, {2020, 2, 9, 3, 0}, kSecondsLater),
    spot({2020, 2, 19, 11, 35}, {2020, 2, 19, 17, 30}, kSecondsLater),
    spot({2020, 3, 4, 9, 21}, {2020, 3, 4, 11, 30}, kSecondsLater),
    spot({2020, 4, 25, 2, 0}, {2020, 4, 25, 4, 30}, kSecondsLater),
    spot({2020, 6, 28, 2, 0}, {2020, 6, 28, 5, 30}, kSecondsLater),
    spot({2020, 11, 30, 6, 0}, {2020, 11, 30, 7, 0}, kQuarters),
    spot({2020, 12, 21, 13, 20}, {2020, 12, 21, 18, 0}, kFives),
    spot({2020, 12, 25, 2, 0}, {2020, 12, 25, 3, 0}, kFives),
    spot({2021, 2, 11, 2, 20}, {2021, 2, 11, 5, 0}, kFives),
    spot({2021, 3, 6, 2, 0}, {2021, 3, 6, 3, 30}, kFives),
    spot({2021, 4, 20, 2, 0}, {2021, 4, 20, 4, 30}, kFives),
    spot({2021, 4, 25, 4, 0}, {2021, 4, 25, 8, 45}, kFives),
    spot({2021, 8, 13, 2, 0}, {2021, 8, 13, 6, 30}, kQuarters),
    spot({2021, 9, 29, 7, 0}, {2021, 9, 29, 9, 0}, kQuarters),
    spot({2023, 3, 24, 12, 0}, {2023, 3, 24, 14, 0}, kQuarters),
}};

}  // namespace

std::span<const Outage> known_outages() { return kOutages; }

const Outage* outage_of(std::string_view venue, std::int64_t first, std::int64_t end, std::int64_t step) {
  const auto* const found = std::ranges::find_if(kOutages, [&](const Outage& outage) {
    return outage.venue == venue && first > outage.from - step && end < outage.to + step;
  });
  return found == kOutages.end() ? nullptr : &*found;
}

}  // namespace acts::history
