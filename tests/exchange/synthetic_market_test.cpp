#include "exchange/synthetic_market.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>

#include "exchange/instrument_names.hpp"
#include "exchange/naive_client.hpp"
#include "exchange/rest_api.hpp"

namespace acts::exchange {
namespace {

constexpr UnixNanos kStart{1723161240'000'000'000};
constexpr std::array kVenues{Venue::kBinanceSpot, Venue::kBinanceUsdm};

SyntheticOptions small(Venue venue, std::uint64_t seed = 7) {
  SyntheticOptions options;
  options.venue = venue;
  options.seed = seed;
  options.symbols = synthetic_symbols(3);
  options.levels = 300;
  options.start = kStart;
  return options;
}

std::string bytes_of(const SyntheticOptions& options, int steps) {
  SyntheticMarket market(options);
  std::string bytes;
  std::vector<MarketMessage> messages;
  for (int i = 0; i < steps; ++i) {
    messages.clear();
    bytes += std::to_string(market.next_time()->value) + ":";
    EXPECT_TRUE(market.step(messages));
    for (const MarketMessage& message : messages) bytes += message.combined + "\n";
  }
  return bytes;
}

TEST(SyntheticMarket, GivesTheSameBytesForTheSameSeedOnly) {
  for (const Venue venue : kVenues) {
    const std::string once = bytes_of(small(venue), 600);
    EXPECT_EQ(once, bytes_of(small(venue), 600));
    EXPECT_NE(once, bytes_of(small(venue, 8), 600));
  }
  EXPECT_NE(bytes_of(small(Venue::kBinanceSpot), 100), bytes_of(small(Venue::kBinanceUsdm), 100));
}

TEST(SyntheticMarket, NumbersUpdatesByTheVenuesRulesAndIsNeverCrossed) {
  for (const Venue venue : kVenues) {
    SyntheticMarket market(small(venue));
    std::map<SymbolIndex, std::int64_t> last;
    std::vector<MarketMessage> messages;
    bool jumped = false;
    int updates = 0;
    UnixNanos before = *market.next_time();
    for (int i = 0; i < 6000; ++i) {
      ASSERT_GE(*market.next_time(), before);
      before = *market.next_time();
      messages.clear();
      ASSERT_TRUE(market.step(messages));
      for (SymbolIndex s = 0; s < 3; ++s) {
        ASSERT_FALSE(market.book(s)->crossed());
        ASSERT_GT(market.book(s)->level_count(Side::kBid), 250U);
        ASSERT_GT(market.book(s)->level_count(Side::kAsk), 250U);
      }
      for (const MarketMessage& message : messages) {
        const auto event = nlohmann::json::parse(message.payload());
        EXPECT_EQ(event.at("s"), market.symbols()[message.symbol].instrument.symbol);
        if (event.contains("e")) {
          EXPECT_EQ(event.at("E"), to_unix_millis(before));
        }
        if (!message.is_depth_update) continue;
        ++updates;
        const auto first_id = event.at("U").get<std::int64_t>();
        const auto last_id = event.at("u").get<std::int64_t>();
        EXPECT_LE(first_id, last_id);
        EXPECT_EQ(event.contains("pu"), venue == Venue::kBinanceUsdm);
        if (const auto seen = last.find(message.symbol); seen != last.end()) {
          if (venue == Venue::kBinanceSpot) {
            EXPECT_EQ(first_id, seen->second + 1);
          }
          if (venue == Venue::kBinanceUsdm) {
            EXPECT_EQ(event.at("pu"), seen->second);
          }
          jumped = jumped || first_id > seen->second + 1;
        }
        last[message.symbol] = last_id;
        EXPECT_EQ(market.book(message.symbol)->last_update_id().value(), last_id);
      }
    }
    EXPECT_EQ(jumped, venue == Venue::kBinanceUsdm);
    EXPECT_EQ(updates, 6000 / SyntheticSymbol::kStepsPerUpdate);
  }
}

TEST(SyntheticMarket, TellsTheBestPricesAndTradesThatTheBookHad) {
  for (const Venue venue : kVenues) {
    SyntheticMarket market(small(venue));
    std::map<std::string, int> kinds;
    std::map<SymbolIndex, std::int64_t> trade_ids;
    std::vector<MarketMessage> messages;
    for (int i = 0; i < 3000; ++i) {
      messages.clear();
      ASSERT_TRUE(market.step(messages));
      for (const MarketMessage& message : messages) {
        const auto event = nlohmann::json::parse(message.payload());
        const std::string kind(message.stream().substr(message.stream().find('@') + 1));
        ++kinds[kind];
        if (kind == "bookTicker") {
          const TrueBook& book = *market.book(message.symbol);
          EXPECT_EQ(event.at("u"), book.last_update_id().value());
          EXPECT_EQ(parse_scaled(event.at("b").get<std::string>(), book.scales().price).units,
                    book.best(Side::kBid)->price.units());
          EXPECT_EQ(parse_scaled(event.at("A").get<std::string>(), book.scales().quantity).units,
                    book.best(Side::kAsk)->quantity.units());
        }
        if (kind == "trade") {
          if (trade_ids.contains(message.symbol)) {
            EXPECT_EQ(event.at("t"), trade_ids[message.symbol] + 1);
          }
          trade_ids[message.symbol] = event.at("t").get<std::int64_t>();
        }
      }
    }
    EXPECT_GT(kinds["bookTicker"], 500);
    EXPECT_GT(kinds["trade"], 500);
    EXPECT_EQ(kinds["trade"], kinds["aggTrade"]);
    EXPECT_EQ(kinds["markPrice"] > 0, venue == Venue::kBinanceUsdm);
  }
}

// The documented procedure, with a snapshot asked for at any moment and of any depth: no break, and inside what the
// snapshot showed the client's book is the true one at every update.
TEST(SyntheticMarket, IsFollowedExactlyByTheDocumentedProcedure) {
  for (const Venue venue : kVenues) {
    for (int asked_at = 9; asked_at < 60; asked_at += 7) {
      SyntheticMarket market(small(venue));
      RestApi rest(venue, market, default_weight_rules(venue));
      NaiveClient client(venue);
      std::vector<MarketMessage> messages;
      std::int64_t low = 0;
      std::int64_t high = 0;
      for (int i = 0; i < 1200; ++i) {
        messages.clear();
        ASSERT_TRUE(market.step(messages));
        for (const MarketMessage& message : messages) {
          if (!message.is_depth_update || message.symbol != 0) continue;
          client.on_update(message.payload());
          if (client.last < 0) continue;
          const TrueBook& book = *market.book(0);
          ASSERT_EQ(client.last, book.last_update_id().value());
          ASSERT_EQ(NaiveClient::within(client.bids, low, high),
                    NaiveClient::within(NaiveClient::side_of(book, Side::kBid), low, high));
          ASSERT_EQ(NaiveClient::within(client.asks, low, high),
                    NaiveClient::within(NaiveClient::side_of(book, Side::kAsk), low, high));
        }
        if (i != asked_at * 3) continue;
        const bool spot = venue == Venue::kBinanceSpot;
        const HttpResponse answer = rest.handle(
            {"GET", spot ? "/api/v3/depth" : "/fapi/v1/depth", "symbol=BTCUSDT&limit=100", "127.0.0.1"}, kStart);
        NaiveClient shown(venue);
        shown.on_snapshot(answer.body);
        ASSERT_EQ(shown.bids.size(), 100U);
        low = shown.bids.begin()->first;
        high = shown.asks.rbegin()->first;
        client.on_snapshot(answer.body);
      }
      EXPECT_EQ(client.breaks, 0U) << to_string(venue) << " " << asked_at;
      EXPECT_GT(client.applied, 50U);
    }
  }
}

TEST(SyntheticMarket, WandersBeyondWhatRestShowsAndKeepsItsDepth) {
  SyntheticOptions options = small(Venue::kBinanceSpot);
  options.symbols = {"BTCUSDT"};
  options.levels = 20'000;
  SyntheticMarket market(options);
  const std::span<const Level> asks = market.book(0)->levels(Side::kAsk);
  ASSERT_EQ(asks.size(), 20'000U);
  const Price last_shown = asks[asks.size() - 5000].price;
  std::vector<MarketMessage> messages;
  bool is_beyond = false;
  while (*market.next_time() < kStart + std::chrono::minutes{6} && !is_beyond) {
    messages.clear();
    ASSERT_TRUE(market.step(messages));
    is_beyond = market.book(0)->best(Side::kBid)->price > last_shown;
  }
  EXPECT_TRUE(is_beyond);
  for (const Side side : {Side::kBid, Side::kAsk}) {
    EXPECT_NEAR(static_cast<double>(market.book(0)->level_count(side)), 20'000, 400);
  }
}

TEST(SyntheticMarket, LivesWithTinyAndFastBooks) {
  for (const Venue venue : kVenues) {
    SyntheticOptions options = small(venue);
    options.levels = 1;
    options.drift_ticks_per_second = -5000;
    options.update_interval = std::chrono::milliseconds{10};
    SyntheticMarket market(options);
    EXPECT_EQ(market.symbols()[0].depth_stream,
              venue == Venue::kBinanceSpot ? "btcusdt@depth@100ms" : "btcusdt@depth@0ms");
    std::vector<MarketMessage> messages;
    for (int i = 0; i < 30'000; ++i) {
      messages.clear();
      ASSERT_TRUE(market.step(messages));
      for (SymbolIndex s = 0; s < 3; ++s) ASSERT_FALSE(market.book(s)->crossed()) << i;
    }
    EXPECT_GT(market.book(0)->best(Side::kBid)->price.units(), 0);
  }
}

TEST(SyntheticMarket, IsLivelyInFewOfManySymbolsAndGivesEachTheSameBytesHoweverManyThereAre) {
  SyntheticOptions options = small(Venue::kBinanceSpot);
  options.symbols = synthetic_symbols(500);
  options.levels = 20;
  const auto updates_in_four_seconds = [](const SyntheticOptions& of, SymbolIndex symbol, std::string& bytes) {
    SyntheticMarket market(of);
    std::vector<MarketMessage> messages;
    int updates = 0;
    while (*market.next_time() < kStart + std::chrono::seconds{4}) {
      messages.clear();
      EXPECT_TRUE(market.step(messages));
      for (const MarketMessage& message : messages) {
        if (message.symbol != symbol || !message.is_depth_update) continue;
        ++updates;
        bytes += message.payload().substr(message.payload().find(R"("U")"));
      }
    }
    return updates;
  };
  std::string lively;
  std::string quieter;
  std::string quiet;
  EXPECT_EQ(updates_in_four_seconds(options, 0, lively), 40);
  EXPECT_EQ(updates_in_four_seconds(options, 50, quieter), 20);
  EXPECT_EQ(updates_in_four_seconds(options, 400, quiet), 10);
  options.symbols.resize(51);
  std::string among_fewer;
  EXPECT_EQ(updates_in_four_seconds(options, 50, among_fewer), 20);
  EXPECT_EQ(quieter, among_fewer);
}

TEST(SyntheticMarket, GoesOnLaterWhereTimeIsSkipped) {
  SyntheticMarket market(small(Venue::kBinanceSpot));
  SyntheticMarket other(small(Venue::kBinanceSpot));
  std::vector<MarketMessage> messages;
  std::vector<MarketMessage> others;
  for (int i = 0; i < 100; ++i) {
    if (i == 50) market.skip(std::chrono::seconds{3});
    EXPECT_EQ(*market.next_time() - *other.next_time(), std::chrono::seconds{i < 50 ? 0 : 3});
    ASSERT_TRUE(market.step(messages));
    ASSERT_TRUE(other.step(others));
  }
  ASSERT_EQ(messages.size(), others.size());
  EXPECT_EQ(messages.back().last_update_id, others.back().last_update_id);
}

TEST(SyntheticMarket, NamesSymbolsAndTheirAssets) {
  const std::vector<std::string> names = synthetic_symbols(500);
  EXPECT_EQ(names[0], "BTCUSDT");
  EXPECT_EQ(names[499], "SYN0499USDT");
  EXPECT_EQ(split_symbol("ETHBTC"), (std::pair<std::string, std::string>{"ETH", "BTC"}));
  EXPECT_EQ(split_symbol("BTCFDUSD"), (std::pair<std::string, std::string>{"BTC", "FDUSD"}));
  EXPECT_EQ(split_symbol("USDT"), (std::pair<std::string, std::string>{"USDT", ""}));
}

}  // namespace
}  // namespace acts::exchange
