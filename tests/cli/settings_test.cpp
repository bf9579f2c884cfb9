// acts.toml and flags: what they set, and the one line that each mistake is.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "binance/venue_facts.hpp"
#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/values.hpp"
#include "collector/host_ring.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Result<std::string> no_file(const std::string& path) { return fail(ErrorCode::kUsage, path + ": there is no file"); }

Result<CollectSettings> load(std::string_view toml, const Given& given = {}, const ReadFile& read = no_file) {
  SettingsLoader loader;
  if (const Result<void> done = loader.read_config(toml, "acts.toml"); !done) return std::unexpected(done.error());
  if (const Result<void> done = loader.apply(given); !done) return std::unexpected(done.error());
  return loader.finish(read);
}

std::string error_of(std::string_view toml, const Given& given = {}, const ReadFile& read = no_file) {
  const Result<CollectSettings> settings = load(toml, given, read);
  if (settings) return "no error";
  EXPECT_EQ(settings.error().code, ErrorCode::kUsage);
  EXPECT_EQ(settings.error().message.find('\n'), std::string::npos) << settings.error().message;
  return settings.error().message;
}

TEST(Settings, AreTheDefaultsWhereNothingIsSaid) {
  const Result<CollectSettings> settings = load("");
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings->symbols.empty());
  EXPECT_EQ(settings->data_dir, "./acts-data");
  EXPECT_EQ(settings->update_interval, std::chrono::milliseconds{100});
  EXPECT_EQ(settings->stale_after, std::chrono::seconds{60});
  EXPECT_EQ(settings->limit, 0);
  EXPECT_TRUE(settings->record);
  EXPECT_FALSE(settings->serve_metrics);
}

TEST(Settings, ShowTheirDefaultsInTheHelpAsTheyAre) {
  for (const OptionSpec& spec : settings_flags()) {
    if (spec.default_text.empty()) continue;
    Values values;
    std::istringstream texts{std::string(spec.default_text)};
    for (std::string one; std::getline(texts, one, is_list(spec.kind) ? ',' : '\n');) values.push_back(one);
    const Given given{{std::string(spec.name), values}};
    const Result<CollectSettings> plain = load("");
    const Result<CollectSettings> said = load("", given);
    ASSERT_TRUE(said) << spec.name << ": " << said.error().message;
    EXPECT_EQ(said->data_dir, plain->data_dir);
    EXPECT_EQ(said->venue, plain->venue);
    EXPECT_EQ(said->update_interval, plain->update_interval);
    EXPECT_EQ(said->refresh_interval, plain->refresh_interval);
    EXPECT_EQ(said->checkpoint_interval, plain->checkpoint_interval);
    EXPECT_EQ(said->full_book_at, plain->full_book_at);
    EXPECT_EQ(said->duration, plain->duration);
    EXPECT_EQ(said->stale_after, plain->stale_after);
    EXPECT_EQ(said->connections, plain->connections);
    EXPECT_EQ(said->bands.size(), plain->bands.size());
    EXPECT_EQ(said->record, plain->record);
    EXPECT_EQ(said->log, plain->log);
  }
}

// It was "~" that the message saw, and nobody had written.
TEST(Settings, LookPastAByteOrderMark) {
  const std::string mark = "\xEF\xBB\xBF";
  const auto settings = load(mark + "[collect]\nsymbols = [\"@list\"]\n", {},
                             [&](const std::string&) { return Result<std::string>(mark + "BTCUSDT\nETHUSDT\n"); });
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->symbols, ElementsAre("BTCUSDT", "ETHUSDT"));
  EXPECT_THAT(error_of(mark + "\n[colect]\n"), StartsWith("acts.toml:2: no section [colect]"));
}

TEST(Settings, ReadEveryKeyOfTheFile) {
  const Result<CollectSettings> settings = load(R"([collect]
symbols = ["BTCUSDT", "binance-usdm:ETHUSDT", "BTC"]
data_dir = "/var/lib/acts"
bands = [0.5, 1, 4]
limit = 1000
update_interval = "100ms"
refresh_interval = "30m"
streams = ["depth", "trade", "markPrice"]
record = false
keep_recordings = "90d"
keep_recordings_bytes = "500GB"
keep_rows = "2h"
keep_rows_bytes = "20GiB"
keep_books = "365d"
keep_books_bytes = "5GB"
keep_rejected = "all"
ca_file = "ca.pem"
metrics = "[::1]:9100"
duration = "150s"
stale_after = "10s"
connections = 3
lines = 2
audit_interval = "none"
log_per_symbol = true
log_level = "debug"
log_format = "json"

[venues.binance-spot]
rest_url = "https://api1.binance.com/"
stream_url = "wss://stream.binance.com:443"
[venues.binance-usdm]
rest_url = "http://127.0.0.1:9000"
stream_url = "ws://[::1]:9001"
)");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->symbols, ElementsAre("BTCUSDT", "binance-usdm:ETHUSDT", "BTC"));
  EXPECT_EQ(settings->data_dir, "/var/lib/acts");
  EXPECT_EQ(settings->bands[0].column_suffix(), "0_5");
  EXPECT_EQ(settings->bands.size(), 3U);
  EXPECT_EQ(settings->limit, 1000);
  EXPECT_EQ(settings->refresh_interval, std::chrono::minutes{30});
  EXPECT_THAT(settings->streams, ElementsAre("depth", "trade", "markPrice"));
  EXPECT_FALSE(settings->record);
  EXPECT_EQ(settings->keep_recordings, (RecordingLimits{std::chrono::days{90}, 500'000'000'000}));
  EXPECT_EQ(settings->keep_books, (BookLimits{std::chrono::days{365}, 5'000'000'000}));
  EXPECT_EQ(settings->keep_rows, (RowLimits{std::chrono::hours{2}, 20ULL << 30, {}}));
  EXPECT_EQ(settings->ca_file, "ca.pem");
  EXPECT_TRUE(settings->serve_metrics);
  EXPECT_EQ(settings->metrics, (ListenAddress{"::1", 9100}));
  EXPECT_EQ(settings->duration, std::chrono::seconds{150});
  EXPECT_EQ(settings->stale_after, std::chrono::seconds{10});
  EXPECT_EQ(settings->connections, 3);
  EXPECT_EQ(settings->lines, 2);
  EXPECT_EQ(settings->audit_interval, Nanos{0});
  EXPECT_TRUE(settings->log.per_symbol);
  EXPECT_EQ(settings->log.level, LogLevel::kDebug);
  EXPECT_EQ(settings->log.format, LogFormat::kJson);
  EXPECT_EQ(settings->addresses_of(Venue::kBinanceSpot),
            (VenueAddresses{"https://api1.binance.com", "wss://stream.binance.com"}));
  EXPECT_EQ(settings->addresses_of(Venue::kBinanceUsdm), (VenueAddresses{"http://127.0.0.1:9000", "ws://[::1]:9001"}));
}

TEST(Settings, TakeTheShippedFile) {
  std::ifstream file(test::project_file("packaging/acts.toml"));
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_GT(text.str().size(), 100U);
  const Result<CollectSettings> settings = load(text.str());
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->symbols.size(), 3U);
}

// It named one host of Binance spot, installed as /etc/acts/acts.toml: there was none to turn to when that one failed.
TEST(Settings, LeaveEveryHostOfTheVenueToTheShippedFile) {
  std::ifstream file(test::project_file("packaging/acts.toml"));
  std::stringstream text;
  text << file.rdbuf();
  const Result<CollectSettings> settings = load(text.str());
  ASSERT_TRUE(settings) << settings.error().message;
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const VenueAddresses& own = settings->addresses_of(venue);
    const binance::Endpoints& all = binance::endpoints(venue);
    EXPECT_EQ(collector::hosts_or(own.rest_url, all.rest).size(), all.rest.size()) << to_string(venue);
    EXPECT_EQ(collector::hosts_or(own.stream_url, all.streams).size(), all.streams.size()) << to_string(venue);
  }
  const std::string& own = settings->addresses_of(Venue::kBinanceSpot).rest_url;
  EXPECT_GT(collector::HostRing(collector::hosts_or(own, binance::endpoints(Venue::kBinanceSpot).rest), 1).size(), 1U);
}

TEST(Settings, TakeAnEmptyListOfBandsAsNone) {
  const Result<CollectSettings> settings = load("[collect]\nbands = []\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_TRUE(settings->bands.empty());
}

TEST(Settings, LetFlagsOverrideTheFile) {
  const std::string_view toml =
      "[collect]\nsymbols = [\"BTCUSDT\"]\nrecord = true\nvenue = \"binance-usdm\"\nlimit = 50\n";
  const Result<CollectSettings> settings = load(toml, {{"symbols", {"ETHUSDT"}},
                                                       {"symbols", {"XRPUSDT"}},
                                                       {"record", {"false"}},
                                                       {"limit", {"100"}},
                                                       {"log_level", {"warn"}}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->symbols, ElementsAre("ETHUSDT", "XRPUSDT"));
  EXPECT_FALSE(settings->record);
  EXPECT_EQ(settings->limit, 100);
  EXPECT_EQ(settings->venue, Venue::kBinanceUsdm);
  EXPECT_EQ(settings->log.level, LogLevel::kWarn);
}

TEST(Settings, TakeAddressesForTheVenueOrForTheOneNamed) {
  const Result<CollectSettings> settings =
      load("", {{"venue", {"binance-usdm"}},
                {"rest_url", {"http://localhost:1", "binance-spot:http://127.0.0.1:2"}},
                {"stream_url", {"binance-usdm:wss://fstream.binance.com"}}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->addresses_of(Venue::kBinanceUsdm).rest_url, "http://localhost:1");
  EXPECT_EQ(settings->addresses_of(Venue::kBinanceUsdm).stream_url, "wss://fstream.binance.com");
  EXPECT_EQ(settings->addresses_of(Venue::kBinanceSpot).rest_url, "http://127.0.0.1:2");
}

TEST(Settings, ReadSymbolsFromAFile) {
  const auto read = [](const std::string& path) -> Result<std::string> {
    EXPECT_EQ(path, "list.txt");
    return "# the large ones\nBTCUSDT\r\n  binance-usdm:ETHUSDT # a future\n\nBTCUSDT\n";
  };
  const Result<CollectSettings> settings = load("", {{"symbols", {"XRPUSDT", "@list.txt"}}}, read);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->symbols, ElementsAre("XRPUSDT", "BTCUSDT", "binance-usdm:ETHUSDT"));
}

TEST(Settings, SayWhichLineOfASymbolFileIsNone) {
  const auto read = [](const std::string&) -> Result<std::string> { return "BTCUSDT\nBTC/USDT\n"; };
  EXPECT_THAT(error_of("", {{"symbols", {"@list.txt"}}}, read),
              StartsWith("--symbols: list.txt: 'BTC/USDT' is not a symbol: write BTCUSDT"));
  EXPECT_EQ(error_of("[collect]\n\nsymbols = [\"@no.txt\"]\n"), "acts.toml:3: symbols: no.txt: there is no file");
}

TEST(Settings, HaveABoundOfSymbols) {
  const auto read = [](const std::string&) -> Result<std::string> {
    std::string text;
    for (std::size_t i = 0; i <= CollectSettings::kMaxSymbols; ++i) text += "S" + std::to_string(i) + "USDT\n";
    return text;
  };
  EXPECT_THAT(error_of("", {{"symbols", {"@all"}}}, read), HasSubstr("more than 10000 symbols"));
}

struct Mistake {
  const char* name;
  const char* toml;
  const char* message;
};
void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreOneLineWithFileLineAndKey) {
  EXPECT_THAT(error_of(GetParam().toml), StartsWith(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Config, Mistakes,
    testing::Values(
        Mistake{"UnknownKey", "[collect]\ndata_dri = \"x\"\n",
                "acts.toml:2: no key 'data_dri' in [collect]: did you mean data_dir?"},
        Mistake{"KeyLikeNothing", "[venues.binance-spot]\nq = 1\n",
                "acts.toml:2: no key 'q' in [venues.binance-spot]: there is rest_url, stream_url, ws_api_url"},
        Mistake{"UnknownSection", "\n[colect]\nlimit = 1\n", "acts.toml:2: no section [colect]: did you mean collect?"},
        Mistake{"EmptyUnknownSection", "[sink]\n", "acts.toml:1: no section [sink]: there is collect, "},
        Mistake{"UnknownSink", "[sink.mongodb]\n",
                "acts.toml:1: no section [sink.mongodb]: did you mean sinks.mongodb?"},
        Mistake{"KeyBesideSinks", "[sinks]\nuri = \"x\"\n",
                "acts.toml:2: no key 'uri' in [sinks]: put it below [sinks.mongodb]"},
        Mistake{"RepeatedSection", "[[collect]]\nlimit = 5\n",
                "acts.toml:1: 'collect' is a section: write it as [collect], once"},
        Mistake{"RepeatedVenue", "[[venues.binance-spot]]\nrest_url = \"x\"\n",
                "acts.toml:1: 'venues.binance-spot' is a section: write it as [venues.binance-spot], once"},
        Mistake{"RepeatedSink", "[[sinks.mongodb]]\nuri = \"x\"\n",
                "acts.toml:1: 'sinks.mongodb' is a section: write it as [sinks.mongodb], once"},
        Mistake{"TableForList", "[collect]\nsymbols = { a = 1 }\n",
                "acts.toml:2: symbols: a list of texts, such as [\"a\", \"b\"] is needed, not a table"},
        Mistake{"TableForAddress", "[venues.binance-spot]\nrest_url = { a = 1 }\n",
                "acts.toml:2: rest_url: text in quotes is needed, not a table"},
        Mistake{"UnknownVenue", "[venues.binance-spt]\n",
                "acts.toml:1: no section [venues.binance-spt]: did you mean venues.binance-spot?"},
        Mistake{"KeyBesideVenues", "[venues]\nrest_url = \"x\"\n",
                "acts.toml:2: no key 'rest_url' in [venues]: put it below [venues.binance-spot]"},
        Mistake{"KeyAboveSections", "limit = 5\n", "acts.toml:1: key 'limit' is in no section: put it below [collect]"},
        Mistake{"VenueKeyInCollect", "[collect]\nrest_url = \"x\"\n",
                "acts.toml:2: no key 'rest_url' in [collect]: there is symbols, "},
        Mistake{"TextForNumber", "[collect]\nlimit = \"5\"\n",
                "acts.toml:2: limit: a whole number is needed, not text"},
        Mistake{"RealForWhole", "[collect]\nlimit = 5.5\n",
                "acts.toml:2: limit: a whole number is needed, not a number"},
        Mistake{"NumberForText", "[collect]\ndata_dir = 5\n",
                "acts.toml:2: data_dir: text in quotes is needed, not a whole number"},
        Mistake{"TextForSwitch", "[collect]\nrecord = \"true\"\n",
                "acts.toml:2: record: true or false is needed, not text"},
        Mistake{"TextForList", "[collect]\nsymbols = \"BTCUSDT\"\n",
                "acts.toml:2: symbols: a list of texts, such as [\"a\", \"b\"] is needed, not text"},
        Mistake{"NumberForDuration", "[collect]\nstale_after = 60\n",
                "acts.toml:2: stale_after: a duration as text, such as \"30m\" is needed, not a whole number"},
        Mistake{"DateForText", "[collect]\ndata_dir = 2024-08-08\n",
                "acts.toml:2: data_dir: text in quotes is needed, not something else"},
        Mistake{"SectionForKey", "[collect.limit]\nx = 1\n",
                "acts.toml:1: no section [collect.limit]: limit is a key, which takes a whole number"},
        Mistake{"LimitZero", "[collect]\nlimit = 0\n", "acts.toml:2: limit: '0' is not a whole number from 1 to 5000"},
        Mistake{"LimitAboveTheVenues", "[collect]\nvenue = \"binance-usdm\"\nlimit = 1001\n",
                "acts.toml:3: limit: '1001' is more than the venue shows: at most 1000"},
        Mistake{
            "Venue", "[collect]\nvenue = \"binance-sport\"\n",
            "acts.toml:2: venue: 'binance-sport' is none of binance-spot, binance-usdm; did you mean binance-spot?"},
        Mistake{"EmptyDirectory", "[collect]\ndata_dir = \"\"\n",
                "acts.toml:2: data_dir: the name of a directory is needed"},
        Mistake{"DirectoryOfAShell", "[collect]\ndata_dir = \"~/x\"\n",
                "acts.toml:2: data_dir: '~/x' begins with ~, which only a shell takes for a home directory: "},
        Mistake{"Duration", "[collect]\nstale_after = \"1 min\"\n",
                "acts.toml:2: stale_after: '1 min' is not a duration"},
        Mistake{"TooLittleKept", "[collect]\nkeep_rows = \"59m\"\n",
                "acts.toml:2: keep_rows: '59m' is less than an hour"},
        Mistake{"NothingKept", "[collect]\nkeep_recordings = \"none\"\n",
                "acts.toml:2: keep_recordings: 'none' is not a duration"},
        Mistake{"SizeWithoutSense", "[collect]\nkeep_rows_bytes = \"5 GB\"\n",
                "acts.toml:2: keep_rows_bytes: '5 GB' is no size such as 500GB or 20GiB, or all"},
        Mistake{"NoDuration", "[collect]\nstale_after = \"0s\"\n", "acts.toml:2: stale_after: '0s' is no time at all"},
        Mistake{"Interval", "[collect]\nupdate_interval = \"250ms\"\n",
                "acts.toml:2: update_interval: '250ms' is not offered by binance-spot: there is 100ms, 1000ms"},
        Mistake{
            "IntervalOfTheOtherVenue",
            "[collect]\nsymbols = [\"BTC\", \"binance-usdm:BTC\"]\nupdate_interval = \"1000ms\"\n",
            "acts.toml:3: update_interval: '1000ms' is not offered by binance-usdm: there is 0ms, 100ms, 250ms, 500ms"},
        Mistake{"AuditsAllTheTime", "[collect]\naudit_interval = \"1ms\"\n",
                "acts.toml:2: audit_interval: '1ms' is less than a minute: write 1m, more, or none"},
        Mistake{"RefreshesAllTheTime", "[collect]\nrefresh_interval = \"59s\"\n",
                "acts.toml:2: refresh_interval: '59s' is less than a minute: write 1m, more, or none"},
        Mistake{"Bands", "[collect]\nbands = [1, 100]\n", "acts.toml:2: bands: "},
        Mistake{"TextsForNumbers", "[collect]\nbands = [\"1\"]\n",
                "acts.toml:2: bands: a list of numbers, such as [1, 4] is needed, not a list of texts"},
        Mistake{"MixedList", "[collect]\nbands = [1, \"4\"]\n",
                "acts.toml:2: bands: a list of numbers, such as [1, 4] is needed, not something else"},
        Mistake{"Stream", "[collect]\nstreams = [\"dept\"]\n", "acts.toml:2: streams: "},
        Mistake{"StreamOfTheOtherVenue", "[collect]\nstreams = [\"markPrice\"]\n", "acts.toml:2: streams: "},
        Mistake{"Metrics", "[collect]\nmetrics = \"here\"\n", "acts.toml:2: metrics: 'here' is not HOST:PORT"},
        Mistake{"MetricsPort", "[collect]\nmetrics = \"127.0.0.1:65536\"\n",
                "acts.toml:2: metrics: '127.0.0.1:65536' is not HOST:PORT"},
        Mistake{"MetricsBareIpv6", "[collect]\nmetrics = \"::1:80\"\n",
                "acts.toml:2: metrics: '::1:80' is not HOST:PORT"},
        Mistake{"Lines", "[collect]\nlines = 3\n", "acts.toml:2: lines: '3' is not a whole number from 1 to 2"},
        Mistake{"Connections", "[collect]\nconnections = 65\n",
                "acts.toml:2: connections: '65' is not a whole number from 1 to 64"},
        Mistake{"LogLevel", "[collect]\nlog_level = \"warning\"\n",
                "acts.toml:2: log_level: 'warning' is none of trace, debug, info, warn, error, off"},
        Mistake{"Symbol", "[collect]\nsymbols = [\"BTCUSDT\", \"BTC USDT\"]\n",
                "acts.toml:2: symbols: 'BTC USDT' is not a symbol"},
        Mistake{"SymbolVenue", "[collect]\nsymbols = [\"kraken:BTCUSDT\"]\n", "acts.toml:2: symbols: "},
        Mistake{"PlainHttp", "[venues.binance-spot]\nrest_url = \"http://api.binance.com\"\n",
                "acts.toml:2: rest_url: 'http://api.binance.com' is not encrypted, which is for loopback addresses "
                "only: write https://api.binance.com"},
        Mistake{"PlainWs", "[venues.binance-spot]\nstream_url = \"ws://stream.binance.com\"\n",
                "acts.toml:2: stream_url: 'ws://stream.binance.com' is not encrypted"},
        Mistake{"WsForRest", "[venues.binance-spot]\nrest_url = \"wss://api.binance.com\"\n",
                "acts.toml:2: rest_url: 'wss://api.binance.com' does not begin with https://"},
        Mistake{"UrlWithPath", "[venues.binance-spot]\nrest_url = \"https://api.binance.com/api\"\n",
                "acts.toml:2: rest_url: 'https://api.binance.com/api' has a path"},
        Mistake{"NoUrl", "[venues.binance-spot]\nrest_url = \"api.binance.com\"\n", "acts.toml:2: rest_url: "},
        Mistake{"NotToml", "[collect]\nlimit = \n", "acts.toml:"},
        Mistake{"Twice", "[collect]\nlimit = 5\nlimit = 6\n", "acts.toml:3: not TOML: "}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(Settings, NameTheFlagThatIsWrong) {
  EXPECT_EQ(error_of("", {{"limit", {"x"}}}), "--limit: 'x' is not a whole number from 1 to 5000");
  EXPECT_THAT(error_of("", {{"rest_url", {"http://example.com"}}}),
              StartsWith("--rest-url: 'http://example.com' is not encrypted"));
  EXPECT_THAT(error_of("", {{"update_interval", {"5ms"}}}), StartsWith("--update-interval: '5ms' is not offered"));
  EXPECT_EQ(error_of("", {{"update_interval", {"1s"}}, {"symbols", {"binance-usdm:BTC"}}}),
            "--update-interval: '1s' is not offered by binance-usdm: there is 0ms, 100ms, 250ms, 500ms");
  EXPECT_EQ(error_of("", {{"audit_interval", {"1ms"}}}),
            "--audit-interval: '1ms' is less than a minute: write 1m, more, or none");
  EXPECT_THAT(error_of("", {{"symbols", {"a b"}}}), StartsWith("--symbols: 'a b' is not a symbol"));
}

// A symbol that was typed without a flag was blamed on --symbols.
TEST(Settings, NameWhatStoodWithoutAFlagAsTheUsageLineDoes) {
  EXPECT_THAT(error_of("", {{"symbols", {"a b"}, true}}), StartsWith("SYMBOL: 'a b' is not a symbol"));
}

// 5000 levels for spot were refused because USD-M has 1000.
TEST(Settings, HoldForEachVenueWhatItHas) {
  const Given both{{"symbols", {"BTC", "binance-usdm:BTC"}}, {"limit", {"5000"}}, {"streams", {"depth", "markPrice"}}};
  const Result<CollectSettings> settings = load("", both);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(limit_of(*settings, Venue::kBinanceSpot), 5000);
  EXPECT_EQ(limit_of(*settings, Venue::kBinanceUsdm), 1000);
  EXPECT_THAT(*streams_of(*settings, Venue::kBinanceSpot), ElementsAre("depth"));
  EXPECT_THAT(*streams_of(*settings, Venue::kBinanceUsdm), ElementsAre("depth", "markPrice"));
  EXPECT_TRUE(streams_of(CollectSettings{}, Venue::kBinanceSpot)->empty());
  EXPECT_EQ(error_of("", {{"symbols", {"BTC", "binance-usdm:BTC"}}, {"streams", {"markPrice"}}}),
            "--streams: binance-spot has none of markPrice");
}

// With --rest-url of an offline exchange, symbols of the other venue were asked for on the internet.
TEST(Settings, LeaveNoVenueToItsOwnAddressWhenAFlagNamesAnother) {
  const Given given{{"symbols", {"BTC", "binance-usdm:BTC"}}, {"rest_url", {"http://127.0.0.1:1"}}};
  EXPECT_EQ(error_of("", given),
            "--rest-url: says nothing of binance-usdm, of which there are symbols: add --rest-url binance-usdm:URL");
  EXPECT_TRUE(load("[venues.binance-usdm]\nrest_url = \"http://127.0.0.1:2\"\n", given));
  EXPECT_TRUE(load("", {given[0], {"rest_url", {"http://127.0.0.1:1", "binance-usdm:http://127.0.0.1:2"}}}));
  // In a file, as in the documented example, each venue has its own section to look at.
  EXPECT_TRUE(load("[venues.binance-spot]\nrest_url = \"https://api.binance.com\"\n", {given[0]}));
}

// A book of an offline exchange's snapshots and the venue's own updates, without a word.
TEST(Settings, TellOfAVenueThatHasOnlyOneOfItsTwoAddresses) {
  const Given::value_type rest{"rest_url", {"http://127.0.0.1:1"}};
  const Given::value_type stream{"stream_url", {"ws://127.0.0.1:2"}};
  EXPECT_THAT(load("", {{"symbols", {"BTC"}}, rest})->notices,
              ElementsAre("rest_url of binance-spot is set and stream_url is not: snapshots come from "
                          "http://127.0.0.1:1, updates from the venue"));
  EXPECT_THAT(load("", {{"symbols", {"BTC"}}, stream})->notices,
              ElementsAre("stream_url of binance-spot is set and rest_url is not: snapshots come from the venue, "
                          "updates from ws://127.0.0.1:2"));
  EXPECT_THAT(load("", {{"symbols", {"BTC"}}, rest, stream})->notices, ElementsAre());
}

TEST(Settings, TakeWhatIsStillToComeAndSayThatItHasNoEffect) {
  const Result<CollectSettings> settings = load(
      "[collect]\nsymbols = [\"BTCUSDT\"]\n\n\n\n"
      "[venues.binance-spot]\nws_api_url = \"wss://ws-api.binance.com\"\n",
      {{"ws_api_url", {"wss://ws-api.binance.com"}}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->notices,
              ElementsAre("acts.toml:7: ws_api_url: has no effect yet: nothing asks the WebSocket API",
                          "--ws-api-url: has no effect yet: nothing asks the WebSocket API"));
  EXPECT_THAT(error_of("", {{"ws_api_url", {"https://x"}}}), StartsWith("--ws-api-url: 'https://x' does not begin"));
}

TEST(Settings, TakeTheTimesOfFullBooks) {
  const Result<CollectSettings> settings =
      load("[collect]\nsymbols = [\"BTCUSDT\"]\nfull_book_at = [\"00:00\", \"23:59\"]\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->full_book_at, ElementsAre(Nanos{0}, std::chrono::hours{24} - std::chrono::minutes{1}));
  const Result<CollectSettings> none = load("[collect]\nsymbols = [\"BTCUSDT\"]\nfull_book_at = [\"none\"]\n");
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_THAT(none->full_book_at, ElementsAre());
  for (const char* bad : {"24:00", "7:00", "00:60", "noon", "00:00:00"}) {
    EXPECT_THAT(error_of(fmt::format("[collect]\nsymbols = [\"BTCUSDT\"]\nfull_book_at = [\"{}\"]\n", bad)),
                HasSubstr("is not a time of the UTC day"))
        << bad;
  }
}

// Another value of every option, as text.
Values other_value(const OptionSpec& spec) {
  if (spec.name == "venue") return {"binance-usdm"};
  if (spec.name == "data_dir") return {"elsewhere"};
  if (spec.name == "bands") return {"2"};
  if (spec.name == "full_book_at") return {"06:00"};
  if (spec.name == "alert_webhook") return {"https://example.org/hook"};
  if (spec.name == "streams") return {"depth"};
  if (spec.name == "metrics") return {"127.0.0.1:1"};
  if (spec.name == "ca_file") return {"other.pem"};
  if (spec.name == "lines") return {"2"};
  if (spec.name == "update_interval") return {"1000ms"};
  if (spec.name == "log_level") return {"warn"};
  if (spec.name == "log_format") return {"json"};
  if (spec.name.starts_with("keep_")) return {spec.kind == OptionKind::kDuration ? "7h" : "7MB"};
  if (spec.kind == OptionKind::kSwitch) return {spec.default_text == "true" ? "false" : "true"};
  if (spec.kind == OptionKind::kInteger) return {"7"};
  if (spec.kind == OptionKind::kDuration) return {"7m"};
  return {"XRPUSDT"};
}

TEST(Sizes, AreNumbersWithUnitsOfBothKinds) {
  EXPECT_EQ(parse_bytes("0"), 0U);
  EXPECT_EQ(parse_bytes("1500"), 1500U);
  EXPECT_EQ(parse_bytes("7B"), 7U);
  EXPECT_EQ(parse_bytes("3kB"), 3000U);
  EXPECT_EQ(parse_bytes("3KiB"), 3072U);
  EXPECT_EQ(parse_bytes("18TB"), 18'000'000'000'000U);
  EXPECT_EQ(parse_bytes("16777215TiB"), 16'777'215ULL << 40);
  for (const char* const text : {"", "GB", "-1", "1.5GB", "16777216TiB", "99999999999999999999", "1gb", "1 B"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

// At SIGHUP a changed key was ignored without a word.
TEST(KeysThatNeedARestart, NameEveryOptionThatARunCannotTakeOver) {
  const std::vector<Venue> spot{Venue::kBinanceSpot};
  const std::vector<std::string_view> changeable{"symbols", "venue", "log_per_symbol", "log_level", "log_format"};
  std::size_t checked = 0;
  for (const Option<CollectSettings>& option : collect_options()) {
    CollectSettings changed;
    ASSERT_TRUE(set_option(option, changed, other_value(option.spec))) << option.spec.name;
    const std::vector<std::string> keys = keys_that_need_a_restart(CollectSettings{}, changed, spot);
    if (std::ranges::find(changeable, option.spec.name) != changeable.end()) {
      EXPECT_TRUE(keys.empty()) << option.spec.name;
    } else {
      EXPECT_THAT(keys, ElementsAre(std::string(option.spec.name)));
    }
    ++checked;
  }
  EXPECT_GT(checked, 10U);
  CollectSettings moved;
  moved.addresses_of(Venue::kBinanceSpot).rest_url = "x";
  moved.addresses_of(Venue::kBinanceUsdm).rest_url = "x";
  EXPECT_THAT(keys_that_need_a_restart({}, moved, spot), ElementsAre("venues.binance-spot.rest_url"));
}

TEST(Config, RefusesWhatIsFarTooLarge) {
  EXPECT_THAT(error_of(std::string(kMaxConfigBytes + 1, '\n')), StartsWith("acts.toml: larger than"));
}

// The parser's own assertion ended the program.
TEST(Config, RefusesAHeaderThatIsNoName) {
  EXPECT_EQ(error_of("[@x]\nlimit = 1\n"), "acts.toml:1: not TOML, somewhere in the file");
}

// The parser quotes the end of the line too.
TEST(Config, SaysInOneLineWhatIsNoToml) {
  EXPECT_EQ(error_of("[x]\nlimit = [n\n"),
            "acts.toml:2: not TOML: Error while parsing floating-point: expected 'nan', saw 'n '");
}

// The parser's letter tables had undefined behaviour.
TEST(Config, TakesOtherThanAsciiInQuotesAndCommentsOnly) {
  EXPECT_THAT(error_of("[collect]\nlimit = \xC6\x87\n"), StartsWith("acts.toml:2: not TOML: "));
  EXPECT_THAT(error_of("[collect]\nx = [\"a\",7\"b\xC6\x87\"]\n"), StartsWith("acts.toml:2: not TOML: "));
  const Result<CollectSettings> settings =
      load("# \xC6\x87 it's\n[collect]\ndata_dir = \"\\\"\xC6\x87\"\nca_file = '~7e\xC6\x87\\'\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->data_dir, "\"\xC6\x87");
  EXPECT_EQ(settings->ca_file, "~7e\xC6\x87\\");
}

TEST(Config, RefusesDeepNesting) {
  EXPECT_THAT(error_of("a = " + std::string(1000, '[')), StartsWith("acts.toml:1: not TOML: "));
}

TEST(ReadTextFile, SaysWhatItCannotRead) {
  EXPECT_THAT(read_text_file("/nonexistent/acts.toml", 10).error().message,
              StartsWith("/nonexistent/acts.toml: cannot be read: "));
  EXPECT_FALSE(read_text_file("/", 10));
  EXPECT_THAT(read_text_file(test::project_file("packaging/acts.toml"), 10).error().message,
              HasSubstr("larger than 10 bytes"));
}

}  // namespace
}  // namespace acts::cli
