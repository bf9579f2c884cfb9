// The scanner of depth updates against the general parser: what it reads must be the same, and it must read what the
// venue writes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "binance/decoder.hpp"

namespace acts::binance {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;  // price, quantity

std::string side_text(const Texts& levels) {
  std::string text;
  for (const auto& [price, quantity] : levels) {
    text += fmt::format("{}[\"{}\",\"{}\"]", text.empty() ? "" : ",", price, quantity);
  }
  return text;
}

std::string message_text(const Texts& bids, const Texts& asks, std::string_view end = "") {
  return fmt::format(
      R"({{"stream":"btcusdt@depth@100ms","data":{{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":5,"u":7,)"
      R"("b":[{}],"a":[{}]{}}}}})",
      side_text(bids), side_text(asks), end);
}

std::string snapshot_text(const Texts& bids, const Texts& asks, std::string_view times = "",
                          std::string_view id = "50093239218") {
  return fmt::format(R"({{"lastUpdateId":{}{},"bids":[{}],"asks":[{}]}})", id, times, side_text(bids), side_text(asks));
}

// Both ways of one message, from memory that ends with it.
class BothWays {
 public:
  explicit BothWays(Scales scales) {
    for (Decoder* decoder : {&scanning_, &parsing_}) decoder->add("BTCUSDT", scales);
    parsing_.disable_scanner();
  }

  // Whether the scanner took it, after comparing the results.
  bool take(std::string_view json) {
    const std::unique_ptr<char[]> exact(new char[json.size()]);
    json.copy(exact.get(), json.size());
    const std::string_view text(exact.get(), json.size());
    const std::size_t scanned_before = scanning_.scanned();
    const Result<Message> scanned = scanning_.decode(text, 0);
    const Result<Message> parsed = parsing_.decode(text, 0);
    EXPECT_EQ(scanned.has_value(), parsed.has_value()) << json;
    if (!scanned || !parsed) return false;
    EXPECT_EQ(scanned->symbol, parsed->symbol);
    EXPECT_EQ(scanned->stream, parsed->stream);
    EXPECT_EQ(scanned->body.index(), parsed->body.index()) << json;
    const auto* a = std::get_if<DepthUpdate>(&scanned->body);
    const auto* b = std::get_if<DepthUpdate>(&parsed->body);
    if (a != nullptr && b != nullptr) expect_same(*a, *b, json);
    const auto* c = std::get_if<DepthSnapshot>(&scanned->body);
    const auto* d = std::get_if<DepthSnapshot>(&parsed->body);
    if (c != nullptr && d != nullptr) expect_same(*c, *d, json);
    return scanning_.scanned() > scanned_before;
  }

 private:
  static void expect_same(const DepthUpdate& a, const DepthUpdate& b, std::string_view json) {
    EXPECT_EQ(a.first_update_id, b.first_update_id);
    expect_same_levels(a, b, json);
  }
  static void expect_same(const DepthSnapshot& a, const DepthSnapshot& b, std::string_view json) {
    EXPECT_EQ(a.limit, b.limit);
    expect_same_levels(a, b, json);
  }
  static void expect_same_levels(const auto& a, const auto& b, std::string_view json) {
    EXPECT_EQ(a.last_update_id, b.last_update_id);
    EXPECT_EQ(a.ts_event, b.ts_event);
    EXPECT_EQ(a.scales, b.scales);
    EXPECT_TRUE(std::ranges::equal(a.bids, b.bids)) << json;
    EXPECT_TRUE(std::ranges::equal(a.asks, b.asks)) << json;
  }

  Decoder scanning_{Venue::kBinanceSpot};
  Decoder parsing_{Venue::kBinanceSpot};
};

std::string digits(std::mt19937_64& random, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('0' + random() % 10);
  return text;
}

// `count` digits, the first one not 0 if there are several; some decimals, of which `significant` may not be 0.
std::string number_text(std::mt19937_64& random, std::size_t whole, std::size_t decimals, std::size_t significant) {
  std::string text = digits(random, whole);
  if (text[0] == '0') text[0] = '7';
  if (decimals == 0) return text;
  const std::size_t used = std::min(decimals, significant);
  return text + '.' + digits(random, used) + std::string(decimals - used, '0');
}

TEST(DepthScanner, ReadsEveryFormOfALevelAsTheParserDoes) {
  std::mt19937_64 random(1);
  for (const Scales scales : {Scales{2, 5}, Scales{0, 0}, Scales{8, 8}, Scales{1, 3}, Scales{8, 0}, Scales{3, 8}}) {
    BothWays both(scales);
    for (std::size_t whole = 1; whole <= 10; ++whole) {
      for (std::size_t decimals = 0; decimals <= 8; ++decimals) {
        Texts bids;
        Texts asks;
        for (int i = 0; i < 5; ++i) {
          bids.emplace_back(number_text(random, whole, decimals, scales.price),
                            number_text(random, 1 + (whole * 3) % 10, decimals, scales.quantity));
          asks.emplace_back(number_text(random, 1 + (whole * 7) % 10, 8 - decimals, scales.price),
                            number_text(random, whole, 8 - decimals, scales.quantity));
        }
        asks.emplace_back("1.00", "0.00000000");
        EXPECT_TRUE(both.take(message_text(bids, asks))) << message_text(bids, asks);
      }
    }
  }
}

TEST(DepthScanner, ReadsLevelsWhoseFormChangesAllTheTime) {
  std::mt19937_64 random(2);
  BothWays both({2, 5});
  for (std::size_t levels = 0; levels < 300; ++levels) {
    Texts sides[2];
    for (Texts& side : sides) {
      for (std::size_t i = 0; i < levels; ++i) {
        side.emplace_back(number_text(random, 4 + random() % 3, 8, 2), number_text(random, 1 + random() % 3, 8, 5));
      }
    }
    EXPECT_TRUE(both.take(message_text(sides[0], sides[1])));
    EXPECT_TRUE(both.take(message_text(sides[0], {})));
    EXPECT_TRUE(both.take(message_text({}, sides[1], R"(,"ps":"BTCUSDT","st":1)")));
  }
}

TEST(DepthScanner, LeavesToTheParserWhatNeedsMoreDecimals) {
  BothWays both({2, 5});
  const Texts usual(6, {"61737.63000000", "0.50000000"});
  EXPECT_TRUE(both.take(message_text(usual, usual)));
  for (const auto& odd : {std::pair{"61737.63100000", "0.50000000"}, std::pair{"61737.63000001", "0.50000000"},
                          std::pair{"61737.63000000", "0.50000100"}, std::pair{"61737.63000000", "0.50000001"}}) {
    Texts levels = usual;
    levels.insert(levels.begin() + 3, {odd.first, odd.second});
    EXPECT_FALSE(both.take(message_text(levels, usual)));
    EXPECT_FALSE(both.take(message_text(usual, levels)));
  }
}

TEST(DepthScanner, RefusesAPriceOfZeroAmongLevelsOfItsForm) {
  Decoder decoder(Venue::kBinanceSpot);
  decoder.add("BTCUSDT", {2, 5});
  Texts levels(6, {"61737.63000000", "0.50000000"});
  ASSERT_TRUE(decoder.decode(message_text(levels, {})));
  levels[4].first = "00000.00000000";
  EXPECT_FALSE(decoder.decode(message_text(levels, {})));
  EXPECT_FALSE(decoder.decode(message_text({}, levels)));
}

// Every byte of a message that has a tail and of one that is all tail, with every other value it may have.
TEST(DepthScanner, TakesNoMessageThatIsDamagedAnywhere) {
  const Texts usual(4, {"61737.63000000", "0.50000000"});
  BothWays both({2, 5});
  both.take(message_text(usual, usual));
  for (const std::string& message :
       {message_text(usual, usual), message_text({usual[0]}, {}), message_text({}, {}), message_text({}, {usual[0]}),
        message_text({{"61737.63", "1"}, {"7.1", "12.5"}}, {})}) {
    for (std::size_t size = 0; size < message.size(); ++size) both.take(std::string_view(message).substr(0, size));
    for (std::size_t at = 0; at < message.size(); ++at) {
      std::string damaged = message;
      for (const char c : std::string_view{"\0 \"',-./09:;[]e{}\x7f\x80\xb0\xff", 21}) {
        damaged[at] = c;
        both.take(damaged);
      }
      damaged = message;
      both.take(damaged.insert(at, 1, '0'));
      damaged = message;
      both.take(damaged.erase(at, 1));
    }
  }
}

TEST(DepthScanner, ReadsDepthAnswersAsTheParserDoes) {
  const Texts bids{{"61737.63000000", "0.50000000"}, {"61737.00000000", "12.50000000"}, {"9.10000000", "1.00000000"}};
  const Texts asks{{"61738.00000000", "0.50000000"}, {"161738.00000000", "0.00001000"}};
  BothWays both({2, 5});
  constexpr std::string_view kTimes = R"(,"E":1723161256501,"T":1723161256493)";
  for (const std::string_view times : {std::string_view{}, kTimes}) {
    for (const std::string& message : {snapshot_text(bids, asks, times), snapshot_text(bids, {}, times),
                                       snapshot_text({}, asks, times), snapshot_text({}, {}, times)}) {
      EXPECT_TRUE(both.take(message)) << message;
      for (std::size_t size = 0; size < message.size(); ++size) both.take(std::string_view(message).substr(0, size));
      for (std::size_t at = 0; at < message.size(); ++at) {
        std::string damaged = message;
        for (const char c : std::string_view{"\0 \"',-./09:;[]e{}\x7f\x80\xff", 20}) {
          damaged[at] = c;
          both.take(damaged);
        }
        damaged = message;
        both.take(damaged.erase(at, 1));
      }
    }
  }
  EXPECT_FALSE(both.take(snapshot_text(asks, bids))) << "crossed";
  EXPECT_FALSE(both.take(snapshot_text(bids, bids))) << "locked";
  EXPECT_FALSE(both.take(snapshot_text({{"1.00", "0.00000000"}}, asks))) << "a deletion";
}

TEST(DepthScanner, LeavesADepthAnswerOfNoSymbolToTheParser) {
  Decoder decoder(Venue::kBinanceSpot);
  decoder.add("BTCUSDT", {2, 5});
  ASSERT_TRUE(decoder.decode(snapshot_text({{"1.00", "1"}}, {})));
  EXPECT_EQ(decoder.parsed(), 1U);
}

TEST(DepthScanner, ReadsIdsOfEveryLength) {
  BothWays both({2, 5});
  std::string id;
  for (int length = 1; length <= 22; ++length) {
    id += static_cast<char>('0' + length % 10);
    EXPECT_EQ(both.take(snapshot_text({{"1.00", "1"}}, {}, "", id)), length <= 18) << id;
    both.take(snapshot_text({{"1.00", "1"}}, {}, "", "0" + id));
    both.take(snapshot_text({{"1.00", "1"}}, {}, "", id.substr(1) + "0"));
  }
}

TEST(DepthScanner, ReadsNothingBehindAMessageOfAnyLength) {
  BothWays both({2, 5});
  const Texts many(64, {"61737.63000000", "0.50000000"});
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string message = message_text(many, many);
    EXPECT_TRUE(both.take(message));
    both.take(message.substr(0, message.size() - i));
    both.take(message + std::string(i, 'x'));
    EXPECT_FALSE(both.take(std::string(8 * i, 'x')));
  }
  // A head that is longer than any the venue writes.
  const std::string stream(600, 'a');
  EXPECT_FALSE(both.take(R"({"stream":")" + stream + R"(","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT"}})"));
  EXPECT_FALSE(both.take(R"({"stream":")" + stream));
}

// Views stay good although the caller's bytes go.
TEST(DepthScanner, OwnsTheNamesItReturns) {
  Decoder decoder(Venue::kBinanceSpot);
  decoder.add("BTCUSDT", {2, 5});
  std::string text = message_text(Texts(100, {"61737.63000000", "0.50000000"}), {});
  const Result<Message> message = decoder.decode(text);
  ASSERT_TRUE(message);
  ASSERT_EQ(decoder.scanned(), 1U);
  text.assign(text.size(), 'x');
  EXPECT_EQ(message->symbol, "BTCUSDT");
  EXPECT_EQ(message->stream, "btcusdt@depth@100ms");
}

}  // namespace
}  // namespace acts::binance
