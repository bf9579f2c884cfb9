// Values that no run can have: each is refused before anything is read, by a line that says what would be taken.
#include <gtest/gtest.h>

#include <string>

#include "cli/backtest_config.hpp"

namespace acts::cli {
namespace {

constexpr std::string_view kBooks = R"([data]
venue = "binance-usdm"
symbol = "BTCUSDT"
files = ["a.gz"]
[instrument]
tick_size = "0.1"
lot_size = "0.001"
[latency]
entry = "10ms"
[account]
initial_balance = "0"
[exchange]
queue = { model = "power3", n = 3 }
[filters]
min_price = "1"
[strategy]
name = "grid"
quantity = "0.1"
[sweep]
levels = [5, 10]
)";

struct Hostile {
  const char* from;  // what is replaced in kBooks
  const char* to;
  const char* message;
};

TEST(HostileConfig, EachValueIsRefusedByWhatIsWrongWithIt) {
  ASSERT_TRUE(parse_backtest_config(kBooks, "h.toml").has_value());
  const Hostile all[] = {
      {"tick_size = \"0.1\"", "tick_size = \"0\"", "h.toml: tick_size: 0 is not positive"},
      {"tick_size = \"0.1\"", "tick_size = \"-0.1\"", "h.toml: tick_size: -0.1 is not positive"},
      {"tick_size = \"0.1\"", "tick_size = \"0.0000000000001\"",
       "h.toml: tick_size: 0.0000000000001 has more than 12 decimals"},
      {"tick_size = \"0.1\"", "tick_size = \"0.0000000000000000001\"",
       "h.toml:6: tick_size: '0.0000000000000000001' is no decimal number of at most 18 decimals, such as \"0.001\""},
      {"tick_size = \"0.1\"", "tick_size = \"9999999999999\"",
       "h.toml: tick_size: 9999999999999 is too large to be the step of a venue"},
      {"tick_size = \"0.1\"", "tick_size = 0.1", "h.toml:6: tick_size: a decimal in quotes is needed, not a number"},
      {"tick_size = \"0.1\"\n", "", "h.toml: tick_size in [instrument] is missing"},
      {"tick_size = \"0.1\"\nlot_size = \"0.001\"\n", "", "h.toml: tick_size in [instrument] is missing"},
      {"lot_size = \"0.001\"", "lot_size = \"0\"", "h.toml: lot_size: 0 is not positive"},
      {"min_price = \"1\"", "price_band_up = \"0.9\"",
       "h.toml: price_band_up: 0.9 is below 1, the reference price itself: 1.05 lets pass up to 5 % above it"},
      {"min_price = \"1\"", "price_band_down = \"1.1\"",
       "h.toml: price_band_down: 1.1 is above 1, the reference price itself: 0.95 lets pass down to 5 % below it"},
      {"min_price = \"1\"", "price_band_up = \"-1\"", "h.toml: price_band_up: -1 is not positive"},
      {"min_price = \"1\"", "min_price = \"10\"\nmax_price = \"5\"", "h.toml: max_price: 5 is below min_price"},
      {"min_price = \"1\"", "min_quantity = \"2\"\nmax_quantity = \"1\"",
       "h.toml: max_quantity: 1 is below min_quantity"},
      {"min_price = \"1\"", "min_notional = \"-5\"", "h.toml: min_notional: -5 is not positive"},
      {"min_price = \"1\"", "min_prise = \"1\"", "h.toml:15: no key 'min_prise' in [filters]: did you mean min_price?"},
      {"initial_balance = \"0\"", "initial_balance = \"-5\"", "h.toml:11: initial_balance: '-5' is below 0"},
      {"initial_balance = \"0\"", "initial_balance = \"5 USDT\"",
       "h.toml:11: initial_balance: '5 USDT' is no decimal number of at most 18 decimals, such as \"0.001\""},
      {"files = [\"a.gz\"]", "files = [\"a.gz\"]\nfrom = \"2024-08-09\"\nto = \"2024-08-08\"",
       "h.toml: from in [data] is 2024-08-09T00:00:00.000Z, and to 2024-08-08T00:00:00.000Z: from is to be before to"},
      {"files = [\"a.gz\"]", "files = [\"a.gz\"]\nfrom = \"2024-08-08\"\nto = \"2024-08-08\"",
       "h.toml: from in [data] is 2024-08-08T00:00:00.000Z, and to 2024-08-08T00:00:00.000Z: from is to be before to"},
      {"files = [\"a.gz\"]", "files = [\"\"]", "h.toml: files in [data] has an empty name: take it out"},
      {"files = [\"a.gz\"]", "files = []",
       "h.toml:4: files: a list of texts, such as [\"btcusdt.gz\"] is needed, not an empty list"},
      {"entry = \"10ms\"", "entry = \"-10ms\"",
       "h.toml:9: entry: '-10ms' is not a duration: write a whole number and a unit, such as 250ms 10s 5m 2h 1d"},
      {"entry = \"10ms\"", "entry = \"99999999d\"", "h.toml:9: entry: '99999999d' is too long: 36500d at most"},
      {"n = 3", "n = nan", "h.toml:13: n: 'nan': above 0, at most 100"},
      {"n = 3", "n = -3", "h.toml:13: n: '-3': above 0, at most 100"},
      {"levels = [5, 10]", "levels = []",
       "h.toml:20: levels: a list of values is needed, such as [5, 10], or a range: { from = 5, to = 50, step = 5 }"},
      {"levels = [5, 10]", "levels = [5, 10, 5]",
       "h.toml:20: levels: 5 stands twice: the same sets would count as others"},
      {"levels = [5, 10]", "levels = { from = 5, to = 1, step = 1 }",
       "h.toml:20: levels: a range from 5 to 1 by 1 has no value: the step must be above 0, and from not above to"},
      {"levels = [5, 10]", "levels = { from = 5, to = inf, step = 1 }",
       "h.toml:20: levels: to = inf: a range has decimals of 18 digits at most, such as 5, 0.1 or 1e-6"},
      {"levels = [5, 10]", "levels = { from = 5, to = 9 }",
       "h.toml:20: levels: step is missing: a range has from, to and step"},
      {"[sweep]", "[sweep.walk_forward]\ntrian = \"1d\"\n[sweep]",
       "h.toml:20: no key 'trian' in [sweep.walk_forward]: did you mean train?"},
      {"[filters]", "[filter]", "h.toml:14: no section [filter]: did you mean filters?"},
  };
  for (const Hostile& one : all) {
    std::string text(kBooks);
    const std::size_t at = text.find(one.from);
    ASSERT_NE(at, std::string::npos) << one.from;
    text.replace(at, std::string_view(one.from).size(), one.to);
    const auto settings = parse_backtest_config(text, "h.toml");
    ASSERT_FALSE(settings.has_value()) << one.to << " was taken";
    EXPECT_EQ(settings.error().message, one.message);
    EXPECT_EQ(settings.error().code, ErrorCode::kUsage);
  }
}

// As TOML's numbers come that stand without quotes: they were no decimals.
TEST(HostileConfig, SmallNumbersWithoutQuotesAreARangeExactly) {
  std::string text(kBooks);
  text.replace(text.find("levels = [5, 10]"), 16, "skew = { from = 1e-7, to = 0.0000003, step = 1e-07 }");
  const auto settings = parse_backtest_config(text, "h.toml");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->sweep.at(0).values, (std::vector<std::string>{"0.0000001", "0.0000002", "0.0000003"}));
}

}  // namespace
}  // namespace acts::cli
