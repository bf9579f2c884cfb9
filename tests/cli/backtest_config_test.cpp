#include "cli/backtest_config.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace acts::cli {
namespace {

using backtest::BacktestSettings;

constexpr std::string_view kGrid = R"([data]
venue = "binance-usdm"
symbol = "BTCUSDT"
files = ["usdm/btcusdt_20240808.gz"]
clock_shift = "auto"
[instrument]
tick_size = "0.1"
lot_size = "0.001"
[latency]
model = "constant"
entry = "10ms"
response = "12ms"
[account]
initial_balance = "100.5"
[fees]
maker = "-0.00005"
taker = "0.0007"
[exchange]
fills = "partial"
queue = { model = "power2", n = 2.5 }
compatibility = "none"
[strategy]
name = "grid"
interval = "100ms"
relative_half_spread = 5e-5
levels = 10
quantity = "0.1"
)";

TEST(BacktestConfig, ReadsTheRulesOfAVenue) {
  const std::string text = std::string(kGrid) + R"([filters]
min_quantity = "0.002"
max_quantity = "120"
min_price = "100"
max_price = "500000"
min_notional = "5"
price_band_up = "1.05"
price_band_down = "0.95"
max_open_orders = 200
max_algo_orders = 10
)";
  const auto with = [&](const std::string& keys) {
    std::string all = text;
    const std::string anchor = "compatibility = \"none\"\n";
    return all.replace(all.find(anchor), anchor.size(), keys);
  };
  const auto settings = parse_backtest_config(
      with("self_trade_prevention = \"expire_maker\"\norders_per_10s = 300\norders_per_minute = 1200\n"
           "orders_per_day = 200000\nrequests_per_minute = 2400\n"),
      "g.toml");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  const backtest::InstrumentSettings& of = settings->instruments.front();
  EXPECT_EQ(to_string(*of.info.min_quantity), "0.002");
  EXPECT_EQ(to_string(*of.info.max_quantity), "120");
  EXPECT_EQ(to_string(*of.info.min_price), "100");
  EXPECT_EQ(to_string(*of.info.max_price), "500000");
  EXPECT_EQ(to_string(*of.info.min_notional), "5");
  EXPECT_EQ(to_string(*of.exchange.rules.price_band_up), "1.05");
  EXPECT_EQ(to_string(*of.exchange.rules.price_band_down), "0.95");
  EXPECT_EQ(of.exchange.rules.max_open_orders, 200U);
  EXPECT_EQ(of.exchange.rules.max_algo_orders, 10U);
  EXPECT_EQ(of.exchange.self_trades, SelfTradePrevention::kExpireMaker);
  EXPECT_EQ(of.exchange.rates.per_10s, 300U);
  EXPECT_EQ(of.exchange.rates.per_minute, 1200U);
  EXPECT_EQ(of.exchange.rates.per_day, 200'000U);
  EXPECT_EQ(of.exchange.rates.requests_per_minute, 2400U);
  const auto refusal_with = [&](const std::string& keys) {
    const auto refused = parse_backtest_config(with(keys), "g.toml");
    return refused ? std::string("none") : refused.error().message;
  };
  EXPECT_EQ(refusal_with("self_trade_prevention = \"maker\"\n"),
            "g.toml:21: self_trade_prevention: 'maker': none, expire_taker, expire_maker or expire_both?");
  EXPECT_EQ(refusal_with("orders_per_10s = 0\n"), "g.toml:21: orders_per_10s: '0': a whole number from 1 to 1000000");
  EXPECT_EQ(refusal_with("compatibility = \"hftbacktest\"\n"),
            "g.toml: min_quantity in [filters] is nothing that hftbacktest knows: take it out");
}

std::string refusal_of_account(const std::string& more) {
  std::string text(kGrid);
  text.replace(text.find("initial_balance"), 0, "kind = \"margin\"\n");
  const auto settings = parse_backtest_config(text + more, "run.toml");
  return settings ? "" : settings.error().message;
}

TEST(BacktestConfig, ReadsAccountsContractsAndFees) {
  std::string text(kGrid);
  text.replace(text.find("initial_balance"), 0, "kind = \"margin\"\n");
  text.replace(text.find("tick_size"), 0,
               "contract = \"inverse\"\ncontract_size = \"100\"\nsettlement_asset = \"BTC\"\n");
  text.replace(text.find("maker ="), 0, R"(buy = "0.001"
sell = "0.002"
per_quantity = "0.5"
flat = "1"
tiers = ["1000 0.0001 0.0002", "5000 0 0.0001"]
volume_before = "700"
asset = "BNB"
discount = "0.25"
asset_price = "600"
asset_balance = "2"
)");
  text += R"([margin]
leverage = 20
brackets = ["0 0.004 125", "50000 0.005"]
liquidation_fee = "0.0125"
[funding]
file = "funding.csv"
)";
  const auto settings = parse_backtest_config(text, "runs/run.toml");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->account, sim::AccountKind::kMargin);
  const backtest::InstrumentSettings& of = settings->instruments.front();
  EXPECT_EQ(of.contract.kind, sim::ContractKind::kInverse);
  EXPECT_EQ(of.contract.size, (Decimal{100, 0}));
  EXPECT_EQ(of.settlement_asset, "BTC");
  EXPECT_EQ(of.fees.buy, (Decimal{1, 3}));
  EXPECT_EQ(of.fees.sell, (Decimal{2, 3}));
  EXPECT_EQ(of.fees.per_quantity, (Decimal{5, 1}));
  EXPECT_EQ(of.fees.flat, (Decimal{1, 0}));
  ASSERT_EQ(of.fees.tiers.size(), 2U);
  EXPECT_EQ(of.fees.tiers[1].volume, (Decimal{5000, 0}));
  EXPECT_EQ(of.fees.volume_before, (Decimal{700, 0}));
  EXPECT_EQ(of.fees.asset, sim::FeeAsset::kOther);
  EXPECT_EQ(of.fees.discount, (Decimal{25, 2}));
  EXPECT_EQ(of.fees.other_price, (Decimal{600, 0}));
  EXPECT_EQ(of.fees.other_balance, (Decimal{2, 0}));
  EXPECT_EQ(of.margin.leverage, 20);
  ASSERT_EQ(of.margin.brackets.size(), 2U);
  EXPECT_EQ(of.margin.brackets[0].most_leverage, 125);
  EXPECT_EQ(of.margin.liquidation_fee, (Decimal{125, 4}));
  EXPECT_EQ(of.funding_file, "runs/funding.csv");
}

TEST(BacktestConfig, SaysWhatAnAccountCannotBe) {
  EXPECT_EQ(refusal_of_account(""), "");
  EXPECT_EQ(refusal_of_account("[margin]\nleverage = 0\n"), "run.toml:30: leverage: '0': 1 ... 1000");
  EXPECT_EQ(refusal_of_account("[margin]\nbrackets = [\"5 0.004\"]\n"),
            "run.toml:30: brackets: [account]: the first bracket begins at 0");
  std::string text(kGrid);
  EXPECT_EQ(parse_backtest_config(text + "[margin]\nleverage = 5\n", "run.toml").error().message,
            "run.toml: leverage in [margin] is of kind = \"margin\" in [account]: take it out");
  text.replace(text.find("maker ="), 0, "asset = \"BNB\"\n");
  EXPECT_EQ(parse_backtest_config(text, "run.toml").error().message, "run.toml: asset_price in [fees] is missing");
  text = kGrid;
  text.replace(text.find("maker ="), 0, "discount = \"0.25\"\n");
  EXPECT_EQ(parse_backtest_config(text, "run.toml").error().message,
            "run.toml: discount in [fees] is of an asset that fees are paid in, asset = \"BNB\": take it out");
  text = kGrid;
  text.replace(text.find("initial_balance"), 0, "kind = \"cash\"\n");
  EXPECT_EQ(parse_backtest_config(text, "run.toml").error().message,
            "run.toml:14: kind: 'cash': none, spot or margin?");
}

TEST(BacktestConfig, ReadsWhatFundingAndMarginAreOf) {
  using backtest::FundingSource;
  std::string text(kGrid);
  text.replace(text.find("initial_balance"), 0, "kind = \"margin\"\n");
  const auto source_of = [&text](const std::string& more) {
    return funding_source_of(parse_backtest_config(text + more, "run.toml").value().instruments.front());
  };
  EXPECT_EQ(source_of(""), FundingSource::kData);
  EXPECT_EQ(source_of("[funding]\nfile = \"f.csv\"\n"), FundingSource::kFile);
  EXPECT_EQ(source_of("[funding]\nsource = \"file\"\nfile = \"f.csv\"\n"), FundingSource::kFile);
  EXPECT_EQ(source_of("[funding]\nsource = \"none\"\n"), FundingSource::kNone);
  const auto marked = parse_backtest_config(text + "[margin]\nmark = \"mark_price\"\n", "run.toml");
  ASSERT_TRUE(marked.has_value()) << marked.error().message;
  EXPECT_EQ(marked->instruments.front().mark, backtest::MarkSource::kMarkPrice);
  EXPECT_EQ(refusal_of_account("[margin]\nmark = \"last\"\n"), "run.toml:30: mark: 'last': one of middle, mark_price");
  EXPECT_EQ(refusal_of_account("[funding]\nsource = \"file\"\n"), "run.toml: file in [funding] is missing");
  EXPECT_EQ(refusal_of_account("[funding]\nsource = \"data\"\nfile = \"f.csv\"\n"),
            "run.toml: file in [funding] is of source = \"file\": take it out");
}

std::string bars_of(const std::string& account, const std::string& instrument, const std::string& more) {
  const auto data = [&account](const std::string& symbol) {
    return "[[data]]\nkind = \"bars\"\nvenue = \"" + std::string(account == "spot" ? "binance-spot" : "binance-usdm") +
           "\"\nsymbol = \"" + symbol + "\"\nfiles = [\"c.csv\"]\n";
  };
  const std::string rules = "[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n";
  std::string text = data("BTCUSDT");
  if (!instrument.empty()) text += data(instrument);
  text += rules;
  if (!instrument.empty()) text += rules;
  return text + more + "[account]\nkind = \"" + account +
         "\"\ninitial_balance = \"100\"\n[strategy]\nname = \"sma_cross\"\n";
}

TEST(BacktestConfig, SaysWhatBarsDoNotTellOfAnAccount) {
  const auto refused = [](const std::string& text) {
    const auto settings = parse_backtest_config(text, "b.toml");
    return settings ? "" : settings.error().message;
  };
  EXPECT_EQ(refused(bars_of("spot", "", "")), "");
  EXPECT_EQ(refused(bars_of("spot", "ETHUSDT", "")), "");
  EXPECT_EQ(refused(bars_of("margin", "", "[funding]\nfile = \"f.csv\"\n")), "");
  EXPECT_EQ(refused(bars_of("spot", "ETHBTC", "")),
            "b.toml: BTCUSDT and ETHBTC settle in USDT and BTC, and a run over bars has one sum of money: take one of "
            "them out, or settlement_asset in [instrument] where it is the same");
  EXPECT_EQ(
      refused(bars_of("margin", "ETHUSDT", "")),
      "b.toml: kind = \"margin\" over bars is of one instrument: bars do not tell which of several prices came to "
      "its worst first, and so when margin ended");
  EXPECT_EQ(
      refused(bars_of("spot", "", "initial_base = \"1\"\n")),
      "b.toml: initial_base in [instrument] is of order books: over bars what is there from the start has no price "
      "before the first close; buy it, or take it out");
  EXPECT_EQ(refused(bars_of("margin", "", "[margin]\nmark = \"mark_price\"\n")),
            "b.toml:1: mark = \"mark_price\" in [margin]: bars have no mark prices: take it out");
  EXPECT_EQ(refused(bars_of("none", "", "[funding]\nsource = \"data\"\n")),
            "b.toml:1: source = \"data\" in [funding]: bars announce no funding: name a file");
}

// Funding took out of a spot account what orders had set aside, and the run ended with an assertion.
TEST(BacktestConfig, SpotAccountHoldsNoPerpetualsAndPaysNoFunding) {
  const auto refusal_of_spot = [](std::string_view venue, std::string_view more) {
    std::string text(kGrid);
    text.replace(text.find("initial_balance"), 0, "kind = \"spot\"\n");
    text.replace(text.find("binance-usdm"), 12, venue);
    const auto settings = parse_backtest_config(text + std::string(more), "run.toml");
    return settings ? "" : settings.error().message;
  };
  EXPECT_EQ(refusal_of_spot("binance-spot", ""), "");
  EXPECT_EQ(refusal_of_spot("binance-spot", "[funding]\nfile = \"funding.csv\"\n"),
            "run.toml: file in [funding] is of perpetual contracts, and not of kind = \"spot\": take it out");
  EXPECT_EQ(refusal_of_spot("binance-usdm", ""),
            "run.toml: kind = \"spot\" in [account] cannot hold contracts, as BTCUSDT of binance-usdm is: take kind = "
            "\"margin\"");
}

TEST(BacktestConfig, IsReadAsItStands) {
  const auto settings = parse_backtest_config(kGrid, "runs/grid.toml");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  ASSERT_EQ(settings->instruments.size(), 1U);
  const backtest::InstrumentSettings& of = settings->instruments.front();
  EXPECT_EQ(of.info.venue, Venue::kBinanceUsdm);
  EXPECT_EQ(of.files, std::vector<std::string>{"runs/usdm/btcusdt_20240808.gz"});
  EXPECT_EQ(to_string(*of.info.tick_size), "0.1");
  EXPECT_EQ(of.latency.entry.span(), std::chrono::milliseconds{10});
  EXPECT_EQ(of.latency.response.span(), std::chrono::milliseconds{12});
  EXPECT_EQ(to_string(settings->initial_balance), "100.5");
  EXPECT_EQ(to_string(of.fees.maker), "-0.00005");
  EXPECT_EQ(of.exchange.fills, sim::FillSizes::kPartial);
  EXPECT_EQ(of.exchange.queue.kind, sim::QueueKind::kPower2);
  EXPECT_EQ(of.exchange.queue.n, 2.5);
  EXPECT_FALSE(of.exchange.as_hftbacktest);
  EXPECT_EQ(settings->strategy, "grid");
  ASSERT_EQ(settings->parameters.size(), 4U);
  EXPECT_EQ(settings->parameters[1].name, "relative_half_spread");
  EXPECT_EQ(settings->parameters[1].text, "5e-05");
  EXPECT_EQ(settings->parameters[1].place, "runs/grid.toml:25");
}

// The configuration with one piece of it changed.
std::string refusal(const std::string& from, const std::string& to) {
  std::string text(kGrid);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const auto settings = parse_backtest_config(text, "g.toml");
  if (settings) return "";
  EXPECT_EQ(settings.error().code, ErrorCode::kUsage);
  return settings.error().message;
}

TEST(BacktestConfig, SaysInOneLineWhatIsWrong) {
  EXPECT_EQ(refusal("symbol =", "symbl ="), "g.toml:3: no key 'symbl' in [data]: did you mean symbol?");
  EXPECT_EQ(refusal("[latency]", "[latncy]"), "g.toml:9: no section [latncy]: did you mean latency?");
  EXPECT_EQ(refusal("\"0.1\"\nlot", "0.1\nlot"), "g.toml:7: tick_size: a decimal in quotes is needed, not a number");
  EXPECT_EQ(refusal("\"10ms\"", "\"-10ms\""),
            "g.toml:11: entry: '-10ms' is not a duration: write a whole number and a unit, such as 250ms 10s 5m 2h 1d");
  EXPECT_EQ(refusal("\"power2\"", "\"powr2\""), "g.toml:20: model: no queue model 'powr2': did you mean power2?");
  EXPECT_EQ(refusal("n = 2.5", "n = 0"), "g.toml:20: n: '0': above 0, at most 100");
  EXPECT_EQ(refusal("\"partial\"", "\"some\""), "g.toml:19: fills: 'some': full or partial?");
  EXPECT_EQ(refusal("\"-0.00005\"", "\"-1.5\""),
            "g.toml:16: maker: '-1.5' is no rate: a part of the value, below 1, with at most 8 decimals");
  EXPECT_EQ(refusal("venue = \"binance-usdm\"\n", ""), "g.toml: venue in [data] is missing");
  EXPECT_EQ(refusal("symbol = \"BTCUSDT\"\n", ""), "g.toml: symbol in [data] is missing");
  EXPECT_EQ(refusal("\"BTCUSDT\"", "\"\""), "g.toml: symbol in [data] is missing");
  EXPECT_EQ(refusal("\"constant\"", "\"recorded\""), "g.toml: file in [latency], of recorded ones, is missing");
  EXPECT_EQ(refusal("levels = 10", "levels = [1]"),
            "g.toml:26: levels: a text, a number or a switch is needed, not a list of numbers");
  EXPECT_TRUE(refusal("[data]", "[data").starts_with("g.toml:1: not TOML: "));
  EXPECT_EQ(refusal("\"power2\"", "\"powr\\n2\""), "g.toml:20: model: no queue model 'powr 2': did you mean power2?");
}

constexpr std::string_view kConstant = "model = \"constant\"\nentry = \"10ms\"\nresponse = \"12ms\"\n";
const std::string kDrawn =
    "entry = { distribution = \"gamma\", min = \"1ms\", mean = \"9ms\", shape = 2 }\n"
    "response = { distribution = \"quantiles\", min = \"1ms\", p50 = \"2ms\", p999 = \"80ms\", max = \"1s\" }\n";

TEST(BacktestConfig, ReadsDistributionsOfLatencies) {
  std::string text(kGrid);
  text.replace(text.find(kConstant), kConstant.size(),
               "model = \"distribution\"\nseed = 9223372036854775807\n" + kDrawn);
  const auto settings = parse_backtest_config(text, "g.toml");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  const backtest::LatencySettings& latency = settings->instruments.at(0).latency;
  EXPECT_TRUE(latency.is_drawn);
  EXPECT_EQ(latency.seed, 9223372036854775807U);
  EXPECT_EQ(sim::LatencyDistribution::of(latency.entry_distribution)->text(), "gamma(min 1ms, mean 9ms, shape 2)");
  EXPECT_EQ(sim::LatencyDistribution::of(latency.response_distribution)->text(),
            "quantiles(min 1ms, p50 2ms, p999 80ms, max 1s)");
}

TEST(BacktestConfig, SaysWhatIsWrongWithADistribution) {
  const std::string text = "model = \"distribution\"\nseed = 1\n" + kDrawn;
  const auto refused = [&text](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return refusal(std::string(kConstant), changed);
  };
  EXPECT_EQ(refused("seed = 1", "seed = -1"), "g.toml:11: seed: '-1' is no seed: a whole number from 0 on");
  EXPECT_EQ(refused("\"gamma\"", "\"gama\""),
            "g.toml:12: distribution: 'gama' is no distribution: did you mean 'gamma'?");
  EXPECT_EQ(refused(", shape = 2", ""), "g.toml: [latency.entry]: shape is missing, which gamma needs");
  EXPECT_EQ(refused("p50 = \"2ms\"", "p55 = \"2ms\""),
            "g.toml:13: no key 'p55' in [latency.response]: did you mean p25?");
  EXPECT_EQ(refused("max = \"1s\"", "max = \"2h\""), "g.toml:13: max: 2h are no latency: at most 1h");
  EXPECT_EQ(refused(text.substr(text.find("response")), ""),
            "g.toml: [latency.response]: distribution is missing, such as distribution = \"lognormal\"");
  EXPECT_EQ(refused(text.substr(text.find("response")), "response = \"12ms\"\n"),
            "g.toml: response in [latency] is of the model \"constant\": take it out");
  EXPECT_EQ(refused("seed = 1", "file = \"l.csv\""),
            "g.toml: file in [latency] is of the model \"recorded\": take it out");
  EXPECT_EQ(refused("model = \"distribution\"\n", ""),
            "g.toml: seed in [latency] is of the model \"distribution\": take it out");
}

TEST(BacktestConfig, WalkForwardWithoutASweepIsSaid) {
  EXPECT_EQ(refusal("[strategy]", "[sweep.walk_forward]\ntrain = \"30d\"\ntest = \"7d\"\n[strategy]"),
            "g.toml:22: [sweep.walk_forward] chooses among parameters, and [sweep] names none: add some, or take it "
            "out");
}

TEST(BacktestConfig, TakesNothingThatItDoesNotLookAt) {
  EXPECT_EQ(refusal("entry = \"10ms\"", "file = \"l.csv\""),
            "g.toml: file in [latency] is of the model \"recorded\": take it out");
  EXPECT_EQ(refusal("model = \"constant\"", "file = \"l.csv\""),
            "g.toml: entry in [latency] is of the model \"constant\": take it out");
  EXPECT_EQ(refusal("clock_shift = \"auto\"", "interval = \"5m\""),
            "g.toml: interval in [data] is of bars, which kind = \"bars\" in [data] asks for: take it out");
  EXPECT_EQ(refusal("clock_shift = \"auto\"", "origin = \"tardis\""),
            "g.toml: origin in [data] is of a catalog, which data_dir names: take it out");
  EXPECT_EQ(refusal("clock_shift = \"auto\"", "best_bid_offer = 1"),
            "g.toml:5: best_bid_offer: true or false is needed, not a whole number");
  EXPECT_EQ(refusal("fills = \"partial\"", "bar_path = \"worst\""),
            "g.toml: bar_path in [exchange] is of bars, which kind = \"bars\" in [data] asks for: take it out");

  std::string bars(kGrid);
  const std::size_t latency = bars.find("[latency]");
  bars.erase(latency, bars.find("[account]") - latency);
  bars.replace(bars.find("clock_shift = \"auto\""), 20, "kind = \"bars\"");
  const auto refused = [](const std::string& text) {
    const auto settings = parse_backtest_config(text, "g.toml");
    return settings ? "" : settings.error().message;
  };
  EXPECT_EQ(refused(bars), "g.toml: fills in [exchange] is of order books, and these are bars: take it out");
  bars.erase(bars.find("fills ="), 18);
  EXPECT_EQ(refused(bars), "g.toml: model in [exchange.queue] is of order books, and these are bars: take it out");
  bars.erase(bars.find("queue ="), bars.find("compatibility") - bars.find("queue ="));
  EXPECT_EQ(refused(bars), "");
  const std::size_t exchange = bars.find("[exchange]\n") + 11;
  const auto with = [&](std::string_view key) { return std::string(bars).insert(exchange, key); };
  EXPECT_EQ(refused(with("orders_per_10s = 5\n") + "[filters]\nmin_notional = \"5\"\nmax_algo_orders = 3\n"), "");
  EXPECT_EQ(refused(with("self_trade_prevention = \"expire_maker\"\n")),
            "g.toml: self_trade_prevention in [exchange] is of order books, and these are bars: take it out");
  EXPECT_EQ(refused(bars + "[bars]\ninterval = \"1m\"\n"),
            "g.toml: interval in [bars] is of order books, and these are bars: take it out");
  EXPECT_EQ(refused(bars + "[features]\nlevels = [1]\n"),
            "g.toml: levels in [features] is of order books, and these are bars: take it out");
}

TEST(BacktestConfig, RefusesAPowerOfAQueueModelThatHasNone) {
  const std::string given = "queue = { model = \"power2\", n = 2.5 }";
  for (const std::string model : {"log", "log2", "risk_averse", "first", "traded_through"}) {
    EXPECT_EQ(refusal(given, fmt::format("queue = {{ model = \"{}\", n = 2.5 }}", model)),
              fmt::format("g.toml: n in [exchange.queue] is of power, power2 and power3, and the model is {}: take it "
                          "out",
                          model));
    EXPECT_EQ(refusal(given, fmt::format("queue = {{ model = \"{}\" }}", model)), "");
    EXPECT_EQ(refusal(given, fmt::format("queue = \"{}\"", model)), "");
  }
  for (const std::string model : {"power", "power2", "power3"}) {
    EXPECT_EQ(refusal(given, fmt::format("queue = {{ model = \"{}\", n = 2.5 }}", model)), "");
  }
}

TEST(BacktestConfig, ReadsWhatFeaturesThereAre) {
  const auto with = [](std::string_view keys) {
    return parse_backtest_config(fmt::format("{}[features]\n{}", kGrid, keys), "g.toml");
  };
  const auto settings = with("bands = [0.1, 1]\ninterval = \"10s\"\nlevels = [3]\nhorizons = [\"10s\", \"1m\"]\n");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(to_string(settings->features.bands), "0.1,1");
  EXPECT_EQ(settings->features.rows.interval, std::chrono::seconds{10});
  EXPECT_EQ(settings->features.rows.levels, std::vector<std::size_t>{3});
  EXPECT_EQ(settings->features.rows.horizons, (std::vector<Nanos>{std::chrono::seconds{10}, kMinute}));
  const auto untold = parse_backtest_config(kGrid, "g.toml");
  ASSERT_TRUE(untold.has_value());
  EXPECT_EQ(untold->features.bands, BandList::defaults());
  EXPECT_EQ(untold->features.rows.interval, kMinute);
  const auto refused = [&with](std::string_view keys) {
    const auto made = with(keys);
    return made ? "" : made.error().message;
  };
  EXPECT_EQ(refused("band = [1]\n"), "g.toml:29: no key 'band' in [features]: did you mean bands?");
  EXPECT_TRUE(refused("bands = [0]\n").starts_with("g.toml:29: bands: ")) << refused("bands = [0]\n");
  EXPECT_EQ(refused("levels = [1.5]\n"), "g.toml:29: levels: '1.5' is not a whole number from 1 to 1000");
  EXPECT_EQ(refused("levels = \"1\"\n"),
            "g.toml:29: levels: a list of whole numbers, such as [1, 5, 10] is needed, not text");
  EXPECT_TRUE(refused("interval = \"50ms\"\n").starts_with("g.toml: [features]: an interval of 50ms: "));
  EXPECT_TRUE(refused("horizons = [\"90s\"]\n").starts_with("g.toml: [features]: a horizon of 90s: "));
}

constexpr std::string_view kPair = R"([[data]]
venue = "binance-spot"
symbol = "BTCUSDT"
files = ["spot.gz"]
[[data]]
venue = "binance-usdm"
symbol = "BTCUSDT"
files = ["usdm.gz"]
clock_shift = "none"
[[instrument]]
tick_size = "0.01"
lot_size = "0.00001"
[instrument.fees]
maker = "0.001"
[[instrument]]
tick_size = "0.1"
lot_size = "0.001"
exchange = { fills = "partial" }
[fees]
maker = "0.0002"
taker = "0.0005"
[latency]
entry = "5ms"
[exchange]
queue = "risk_averse"
[strategy]
name = "funding_carry"
)";

TEST(BacktestConfig, PairsDataAndInstrumentsByTheirPlaces) {
  const auto settings = parse_backtest_config(kPair, "runs/pair.toml");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  ASSERT_EQ(settings->instruments.size(), 2U);
  const backtest::InstrumentSettings& spot = settings->instruments[0];
  const backtest::InstrumentSettings& usdm = settings->instruments[1];
  EXPECT_EQ(spot.info.venue, Venue::kBinanceSpot);
  EXPECT_EQ(spot.files, std::vector<std::string>{"runs/spot.gz"});
  EXPECT_EQ(spot.clock_shift.kind, backtest::ClockShift::Kind::kAuto);
  EXPECT_EQ(to_string(*spot.info.tick_size), "0.01");
  EXPECT_EQ(usdm.info.venue, Venue::kBinanceUsdm);
  EXPECT_EQ(usdm.files, std::vector<std::string>{"runs/usdm.gz"});
  EXPECT_EQ(usdm.clock_shift.kind, backtest::ClockShift::Kind::kNone);
  EXPECT_EQ(to_string(*usdm.info.lot_size), "0.001");
  EXPECT_EQ(spot.latency.entry.span(), std::chrono::milliseconds{5});
  EXPECT_EQ(usdm.latency.entry.span(), std::chrono::milliseconds{5});
}

TEST(BacktestConfig, TakesAnInstrumentsOwnTableInPlaceOfTheSharedOne) {
  const auto settings = parse_backtest_config(kPair, "pair.toml");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  const backtest::InstrumentSettings& spot = settings->instruments[0];
  const backtest::InstrumentSettings& usdm = settings->instruments[1];
  EXPECT_EQ(to_string(spot.fees.maker), "0.001");
  EXPECT_EQ(to_string(spot.fees.taker), "0") << "the shared table has no say where there is an own one";
  EXPECT_EQ(to_string(usdm.fees.taker), "0.0005");
  EXPECT_EQ(spot.exchange.queue.kind, sim::QueueKind::kRiskAverse);
  EXPECT_EQ(spot.exchange.fills, std::nullopt);
  EXPECT_EQ(usdm.exchange.fills, sim::FillSizes::kPartial);
  EXPECT_EQ(usdm.exchange.queue.kind, sim::QueueModel{}.kind);
}

std::string refusal_of_pair(const std::string& from, const std::string& to) {
  std::string text(kPair);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const auto settings = parse_backtest_config(text, "p.toml");
  return settings ? "" : settings.error().message;
}

TEST(BacktestConfig, SaysOfWhichInstrumentSomethingIsWrong) {
  EXPECT_EQ(refusal_of_pair("tick_size = \"0.1\"\n", ""), "p.toml:5: tick_size in [instrument] is missing");
  EXPECT_EQ(refusal_of_pair("[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\nexchange = { fills = "
                            "\"partial\" }\n",
                            ""),
            "p.toml: [[data]] stands 2 times and [[instrument]] 1: one of each is an instrument, in the same order");
  EXPECT_EQ(refusal_of_pair("[instrument.fees]", "[instrument.fes]"),
            "p.toml:13: no section [instrument.fes]: did you mean instrument.fees?");
  EXPECT_EQ(refusal_of_pair("fills = \"partial\"", "fils = \"partial\""),
            "p.toml:18: no key 'fils' in [instrument.exchange]: did you mean fills?");
  EXPECT_EQ(refusal_of_pair("maker = \"0.001\"", "maker = \"1\""),
            "p.toml:14: maker: '1' is no rate: a part of the value, below 1, with at most 8 decimals");
  EXPECT_EQ(refusal_of_pair("binance-usdm", "binance-spot"),
            "p.toml: binance-spot:BTCUSDT stands in [[data]] twice: the files of an instrument are one list");
  EXPECT_EQ(refusal_of_pair("clock_shift = \"none\"", "kind = \"bars\""),
            "p.toml:5: kind in [data]: these are bars, the first are books: a run is over books or over bars");
  EXPECT_EQ(refusal_of_pair("clock_shift = \"none\"", "interval = \"5m\""),
            "p.toml:5: interval in [data] is of bars, which kind = \"bars\" in [data] asks for: take it out");
  EXPECT_TRUE(refusal_of_pair("[[data]]", "[data]").starts_with("p.toml:5: not TOML: "));
}

// Their money was added all the same.
TEST(BacktestConfig, RefusesBarsThatSettleInSeveralAssets) {
  constexpr std::string_view kBars = R"([[data]]
venue = "binance-spot"
symbol = "BTCUSDT"
kind = "bars"
files = ["a.csv"]
[[data]]
venue = "binance-spot"
symbol = "ETHBTC"
kind = "bars"
files = ["b.csv"]
[[instrument]]
tick_size = "0.01"
lot_size = "0.00001"
[[instrument]]
tick_size = "0.00001"
lot_size = "0.0001"
[strategy]
name = "sma_cross"
)";
  const auto settings = parse_backtest_config(kBars, "b.toml");
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().message,
            "b.toml: BTCUSDT and ETHBTC settle in USDT and BTC, and a run over bars has one sum of money: take one of "
            "them out, or settlement_asset in [instrument] where it is the same");
}

}  // namespace
}  // namespace acts::cli
