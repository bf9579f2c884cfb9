// Each indicator against a recomputation of its formula over the whole window, over random series; and against values
// that others have published or numpy has computed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/strategy/indicators/moving_average.hpp"
#include "acts/strategy/indicators/rolling.hpp"
#include "acts/strategy/indicators/state.hpp"
#include "acts/strategy/indicators/wilder.hpp"
#include "acts/strategy/indicators/window_fold.hpp"

namespace acts::indicators {
namespace {

// Closing prices of QQQ, winter 2009/10, by which StockCharts' ChartSchool explains the RSI (page "Relative Strength
// Index (RSI)", spreadsheet "cs-rsi").
const std::vector<double> kQqq{44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433,
                               46.0826, 45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116,
                               46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288,
                               44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314};

// Walks of several kinds: with ties, far from zero beside their spread, and constant for long.
std::vector<double> series(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<double> values;
  values.reserve(count);
  const double base = seed % 3 == 0 ? 1e9 : 100;
  double value = base;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_quiet = i / 50 % 4 == 1;
    if (!is_quiet) value += (static_cast<double>(random() % 21) - 10) / 4;
    values.push_back(std::max(value, 1.0));
  }
  return values;
}

std::vector<double> last(std::span<const double> values, int count) {
  const auto window = values.last(static_cast<std::size_t>(count));
  return {window.begin(), window.end()};
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

double quantile_of(std::vector<double> values, double quantile) {
  std::ranges::sort(values);
  const double place = static_cast<double>(values.size() - 1) * quantile;
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - std::floor(place)) * (values[above] - values[below]);
}

void expect_near(double value, double wanted, double scale) {
  EXPECT_NEAR(value, wanted, 1e-12 * std::max(std::abs(scale), 1.0));
}

// Feeds `indicator`, and holds it to `naive` of all values so far once there are `needed`.
template <typename Indicator>
void hold_to(Indicator indicator, std::size_t needed, double scale,
             const std::function<double(std::span<const double>)>& naive, const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    indicator.update(values[i]);
    ASSERT_EQ(indicator.ready(), i + 1 >= needed) << i;
    if (indicator.ready()) expect_near(indicator.value(), naive(std::span(values).first(i + 1)), scale);
  }
}

TEST(WindowFold, HighestAndLowestAreThoseOfTheWindow) {
  std::mt19937_64 random(7);
  for (const int period : {1, 2, 3, 10, 64}) {
    WindowFold<std::int64_t, MaxFold<std::int64_t>> highest(period);
    WindowFold<std::int64_t, MinFold<std::int64_t>> lowest(period);
    std::vector<std::int64_t> values;
    for (int i = 0; i < 500; ++i) {
      values.push_back(static_cast<std::int64_t>(random() % 100));
      highest.add(values.back());
      lowest.add(values.back());
      const auto count = std::min(values.size(), static_cast<std::size_t>(period));
      const auto window = std::span(values).last(count);
      ASSERT_EQ(highest.total(), std::ranges::max(window));
      ASSERT_EQ(lowest.total(), std::ranges::min(window));
      ASSERT_EQ(highest.is_full(), i + 1 >= period);
      ASSERT_EQ(highest.newest(), values.back());
    }
  }
}

TEST(Sma, IsTheMeanOfTheWindow) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    for (const int period : {1, 2, 7, 30}) {
      const auto naive = [period](std::span<const double> seen) { return mean_of(last(seen, period)); };
      hold_to(Sma(period), static_cast<std::size_t>(period), 1e9, naive, series(seed, 400));
    }
  }
}

TEST(Ema, FollowsItsRecursionFromTheFirstMean) {
  for (const int period : {1, 2, 10}) {
    const auto naive = [period](std::span<const double> seen) {
      double value = mean_of(last(seen.first(static_cast<std::size_t>(period)), period));
      for (const double next : seen.subspan(static_cast<std::size_t>(period))) {
        value = value + 2.0 / (period + 1) * (next - value);
      }
      return value;
    };
    hold_to(Ema(period), static_cast<std::size_t>(period), 1e9, naive, series(1, 300));
  }
}

TEST(ExactAverage, ComparesWhatDoublesCannotTell) {
  ExactAverage one(1);
  ExactAverage three(3);
  // 2^60 + 1 and 2^60 are the same double.
  const std::int64_t big = std::int64_t{1} << 60;
  for (const std::int64_t value : {big, big, big + 1}) {
    one.update(value);
    three.update(value);
  }
  EXPECT_EQ(compare(one, three), 1);
  EXPECT_EQ(compare(three, one), -1);
  for (int i = 0; i < 3; ++i) {
    one.update(std::numeric_limits<std::int64_t>::max());
    three.update(std::numeric_limits<std::int64_t>::max());
  }
  EXPECT_EQ(compare(one, three), 0);
}

TEST(ExactAverage, SumsTheWindow) {
  ExactAverage average(4);
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < 30; ++i) {
    all.push_back(i * i - 50);
    average.update(all.back());
    const auto window = std::span(all).last(std::min<std::size_t>(all.size(), 4));
    EXPECT_TRUE(average.sum() == std::accumulate(window.begin(), window.end(), std::int64_t{0}));
    EXPECT_EQ(average.ready(), i >= 3);
  }
}

// Values up to the largest, of both signs: the sum leaves 64 bits and comes back.
TEST(ExactAverage, SumsBeyondOneWord) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    ExactAverage average(1 + static_cast<int>(random() % 9));
    ExactAverage other(1 + static_cast<int>(random() % 9));
    std::vector<std::int64_t> all;
    const auto sum_of = [&all](const ExactAverage& of) {
      const auto window = std::span(all).last(std::min(all.size(), static_cast<std::size_t>(of.period())));
      return std::accumulate(window.begin(), window.end(), int128{0});
    };
    for (int i = 0; i < 60; ++i) {
      const int bits = static_cast<int>(random() % 64);
      const std::int64_t extreme =
          random() % 2 == 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
      all.push_back(random() % 3 == 0 ? extreme : static_cast<std::int64_t>(random()) >> bits);
      average.update(all.back());
      other.update(all.back());
      ASSERT_TRUE(average.sum() == sum_of(average)) << round << ' ' << i;
      if (!average.ready() || !other.ready()) continue;
      const int128 left = sum_of(average) * other.period();
      const int128 right = sum_of(other) * average.period();
      ASSERT_EQ(compare(average, other), static_cast<int>(left > right) - static_cast<int>(left < right));
    }
  }
}

TEST(Rsi, GivesThePublishedValues) {
  const std::vector<double> published{70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38,
                                      54.71, 50.42, 39.99, 41.46, 41.87, 45.46, 37.30, 33.08, 37.77};
  Rsi rsi(14);
  std::vector<double> found;
  for (const double price : kQqq) {
    rsi.update(price);
    if (rsi.ready()) found.push_back(std::round(rsi.value() * 100) / 100);
  }
  EXPECT_EQ(found, published);
}

TEST(Rsi, OfNoChangeIsFiftyAndOfGainsAloneAHundred) {
  Rsi still(3);
  Rsi rising(3);
  for (int i = 0; i < 10; ++i) {
    still.update(5);
    rising.update(i);
  }
  EXPECT_EQ(still.value(), 50);
  EXPECT_EQ(rising.value(), 100);
}

TEST(Atr, GivesNumpysValue) {
  // high = x + 0.5, low = x - 0.25 - i / 100, close = x over the prices above; 14 bars.
  Atr atr(14);
  for (std::size_t i = 0; i < kQqq.size(); ++i) {
    atr.update(kQqq[i] + 0.5, kQqq[i] - 0.25 - 0.01 * static_cast<double>(i), kQqq[i]);
    EXPECT_EQ(atr.ready(), i >= 13);
  }
  EXPECT_NEAR(atr.value(), 1.0919380547883977, 1e-12);
}

TEST(Indicators, GiveNumpysValuesOfTheLastTenPrices) {
  Sma sma(10);
  Ema ema(10);
  Bollinger bands(10, 2);
  ZScore score(10);
  RollingQuantile quarter(10, 0.25);
  RollingQuantile high(10, 0.9);
  RealisedVolatility volatility(10, 365);
  for (const double price : kQqq) {
    sma.update(price);
    ema.update(price);
    bands.update(price);
    score.update(price);
    quarter.update(price);
    high.update(price);
    volatility.update(price);
  }
  EXPECT_NEAR(sma.value(), 44.37969, 1e-12);
  EXPECT_NEAR(ema.value(), 44.120148356901375, 1e-12);
  EXPECT_NEAR(bands.middle(), 44.37969, 1e-12);
  EXPECT_NEAR(bands.upper(), 44.37969 + 2 * 1.1342335036931337, 1e-12);
  EXPECT_NEAR(bands.lower(), 44.37969 - 2 * 1.1342335036931337, 1e-12);
  EXPECT_NEAR(score.value(), -1.100558214808052, 1e-12);
  EXPECT_NEAR(bands.percent_b(), 0.5 + -1.100558214808052 / 4, 1e-12);
  EXPECT_NEAR(bands.bandwidth(), 4 * 1.1342335036931337 / 44.37969, 1e-12);
  EXPECT_NEAR(quarter.value(), 43.572575, 1e-12);
  EXPECT_NEAR(high.value(), 45.8503, 1e-12);
  EXPECT_NEAR(volatility.value(), 0.30911963741476844, 1e-12);
}

TEST(ZScore, IsThatOfTheWindow) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    for (const int period : {2, 5, 31}) {
      const auto naive = [period](std::span<const double> seen) {
        const std::vector<double> window = last(seen, period);
        const double deviation = deviation_of(window);
        return deviation > 0 ? (window.back() - mean_of(window)) / deviation : 0;
      };
      // Means near 1e9 have 1e-7 left: what is compared is a distance of some quarters from them.
      hold_to(ZScore(period), static_cast<std::size_t>(period), seed % 3 == 0 ? 1e6 : 100, naive, series(seed, 400));
    }
  }
}

TEST(ZScore, OfEqualValuesIsZeroAfterAnyPast) {
  ZScore score(7);
  for (const double value : series(2, 40)) score.update(value * 1e6);
  for (int i = 0; i < 7; ++i) score.update(0.1);
  EXPECT_EQ(score.value(), 0);
}

TEST(RollingQuantile, IsThatOfTheSortedWindow) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    for (const int period : {1, 2, 9, 40}) {
      for (const double quantile : {0.0, 0.1, 0.5, 0.77, 1.0}) {
        const std::vector<double> values = series(seed, 300);
        RollingQuantile rolling(period, quantile);
        for (std::size_t i = 0; i < values.size(); ++i) {
          rolling.update(values[i]);
          ASSERT_EQ(rolling.ready(), i + 1 >= static_cast<std::size_t>(period));
          if (!rolling.ready()) continue;
          ASSERT_EQ(rolling.value(), quantile_of(last(std::span(values).first(i + 1), period), quantile));
        }
      }
    }
  }
}

TEST(RealisedVolatility, IsTheRootOfTheSquaresInTheWindow) {
  const int period = 12;
  const auto naive = [](std::span<const double> seen) {
    double squares = 0;
    for (std::size_t i = seen.size() - period; i < seen.size(); ++i) {
      squares += std::pow(std::log(seen[i]) - std::log(seen[i - 1]), 2);
    }
    return std::sqrt(squares * 8760 / period);
  };
  hold_to(RealisedVolatility(period, 8760), period + 1, 1, naive, series(1, 300));
}

// `made`: a fresh one; `read`: everything it tells. Cut at each place of the series, the restored one goes on to the
// bit.
template <typename Make, typename Read>
void expect_restorable(Make made, Read read) {
  const std::vector<double> values = series(4, 40);
  for (std::size_t cut = 0; cut < values.size(); ++cut) {
    auto whole = made();
    for (std::size_t i = 0; i < cut; ++i) whole.update(values[i]);
    StateWriter state;
    whole.save(state);
    auto restored = made();
    restored.update(3);
    StateReader reader(state.bytes());
    restored.restore(reader);
    ASSERT_TRUE(reader.end("it").has_value()) << cut;
    for (std::size_t i = cut; i < values.size(); ++i) {
      ASSERT_EQ(restored.ready(), whole.ready());
      if (whole.ready()) {
        ASSERT_EQ(read(restored), read(whole)) << cut << " " << i;
      }
      whole.update(values[i]);
      restored.update(values[i]);
    }
  }
}

TEST(Indicators, GoOnAsIfNothingHadBeenFromASavedState) {
  const auto value = [](const auto& indicator) { return indicator.value(); };
  expect_restorable([] { return Sma(6); }, value);
  expect_restorable([] { return Ema(6); }, value);
  expect_restorable([] { return Rsi(6); }, value);
  expect_restorable([] { return ZScore(6); }, value);
  expect_restorable([] { return RollingQuantile(6, 0.3); }, value);
  expect_restorable([] { return RealisedVolatility(6, 365); }, value);
  expect_restorable([] { return Bollinger(6, 2); },
                    [](const Bollinger& bands) { return std::pair(bands.lower(), bands.percent_b()); });
}

TEST(ExactAverage, GoesOnFromASavedState) {
  for (int cut = 0; cut < 12; ++cut) {
    ExactAverage whole(5);
    for (int i = 0; i < cut; ++i) whole.update(i * i);
    StateWriter state;
    whole.save(state);
    ExactAverage restored(5);
    restored.update(77);
    StateReader reader(state.bytes());
    restored.restore(reader);
    ASSERT_TRUE(reader.end("it").has_value());
    for (int i = cut; i < 20; ++i) {
      ASSERT_TRUE(restored.sum() == whole.sum());
      ASSERT_EQ(restored.ready(), whole.ready());
      whole.update(i * i);
      restored.update(i * i);
    }
  }
}

template <typename Indicator>
bool refuses(Indicator indicator, std::string_view bytes) {
  StateReader reader(bytes);
  indicator.restore(reader);
  return !reader.end("it").has_value();
}

TEST(Indicators, RefuseAStateThatIsNotTheirs) {
  Sma saved(5);
  saved.update(1);
  StateWriter state;
  saved.save(state);
  const std::string& bytes = state.bytes();
  EXPECT_FALSE(refuses(Sma(5), bytes));
  EXPECT_TRUE(refuses(Sma(6), bytes));
  EXPECT_TRUE(refuses(Ema(5), bytes));
  EXPECT_TRUE(refuses(ExactAverage(5), bytes));
  EXPECT_TRUE(refuses(Sma(5), bytes + '\0'));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(refuses(Sma(5), std::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(Indicators, RefusePlacesOutsideTheirWindowAndWhatIsNoNumber) {
  const auto state_of = [](std::int64_t position, std::int64_t is_full, double value) {
    StateWriter state;
    state.integer(2);
    state.integer(position);
    state.integer(is_full);
    state.number(value);
    state.number(1);
    return state.bytes();
  };
  EXPECT_FALSE(refuses(Sma(2), state_of(1, 1, 1)));
  EXPECT_FALSE(refuses(Sma(2), state_of(0, 0, 1)));
  EXPECT_TRUE(refuses(Sma(2), state_of(0, 1, 1)));
  EXPECT_TRUE(refuses(Sma(2), state_of(2, 0, 1)));
  EXPECT_TRUE(refuses(Sma(2), state_of(3, 1, 1)));
  EXPECT_TRUE(refuses(Sma(2), state_of(-1, 1, 1)));
  EXPECT_TRUE(refuses(Sma(2), state_of(1, 2, 1)));
  EXPECT_TRUE(refuses(Sma(2), state_of(1, 1, std::numeric_limits<double>::quiet_NaN())));
}

TEST(StateReader, NamesWhoseStateItIs) {
  StateReader reader("");
  reader.number();
  const Result<void> end = reader.end("sma_cross");
  ASSERT_FALSE(end.has_value());
  EXPECT_EQ(end.error().code, ErrorCode::kBadInput);
  EXPECT_NE(end.error().message.find("sma_cross"), std::string::npos);
}

}  // namespace
}  // namespace acts::indicators
