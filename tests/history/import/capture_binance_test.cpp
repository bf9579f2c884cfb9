// Captures of Binance in JSON lines: what their older form, in several files, tells, and the same rows.
#include "history/import/capture_binance.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "history/import/capture_text.hpp"
#include "history/import/cryptofeed_capture.hpp"
#include "history/import/importer_fixture.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using test::CaptureText;
using test::header;
using test::recv;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CaptureBinance : public CaptureText {
 protected:
  static std::string connect_to(std::string_view address) {
    return fmt::format(R"({{"t":"connect","conn":"c","ts":1.5,"addr":"{}"}})", address);
  }
  static std::string http(std::string_view url, std::string_view ts, std::string_view body) {
    std::string line = recv(ts, body);
    line.replace(0, std::string_view(R"({"t":"recv")").size(), fmt::format(R"({{"t":"http","url":"{}")", url));
    return line;
  }

  // Answers first, then the connection: as cryptofeed itself makes the new form of the old one.
  std::string in_json_lines(const std::string& exchange) {
    std::vector<std::string> lines{header(exchange)};
    for (const std::string& answer : lines_of(exchange + ".http.0.0")) {
      const std::size_t arrow = answer.find(" -> ");
      const std::size_t colon = answer.find(": ", arrow);
      lines.push_back(
          http(answer.substr(0, arrow), answer.substr(arrow + 4, colon - arrow - 4), answer.substr(colon + 2)));
    }
    for (const std::string& message : lines_of(exchange + ".ws.1.0")) {
      const std::size_t colon = message.find(": ");
      lines.push_back(message.starts_with("wss://") ? connect_to(message.substr(0, message.find(' ')))
                                                    : recv(message.substr(0, colon), message.substr(colon + 2)));
    }
    return write_lines(lines);
  }

  // Of each set its name, then its rows.
  std::vector<std::string> sets_and_rows(const Result<std::unique_ptr<OpenedSource>>& source) {
    if (!source) return {source.error().message};
    std::vector<std::string> texts;
    for (const DataSet& set : (*source)->sets()) {
      texts.push_back(fmt::format("{} {}", set.symbol_folder(), set.origin));
      const auto reader = (*source)->reader(set, dir_.string());
      for (Row row; (*reader)->next(row).value() == RowReader::Got::kRow;) texts.push_back(row_text(*set.kind, row));
    }
    return texts;
  }

 private:
  static std::vector<std::string> lines_of(const std::string& name) {
    std::istringstream text(acts::testing::read_file(testdata("cryptofeed/" + name)));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
      if (!line.empty()) lines.push_back(line);
    }
    return lines;
  }
};

TEST_F(CaptureBinance, HoldsTheRowsOfItsOlderForm) {
  for (const std::string exchange : {"BINANCE", "BINANCE_FUTURES"}) {
    SCOPED_TRACE(exchange);
    const auto older = sets_and_rows(open_cryptofeed_source(testdata("cryptofeed/" + exchange + ".ws.1.0"), {}));
    EXPECT_GT(older.size(), 4'000U);
    EXPECT_EQ(sets_and_rows(open_cryptofeed_lines(in_json_lines(exchange), {})), older);
  }
}

constexpr std::string_view kUpdate = R"({"stream":"x@depth","data":{"e":"depthUpdate","E":1700000000000,"s":"X",)"
                                     R"("U":3,"u":4,"b":[["1.5","2"]],"a":[]}})";
constexpr std::string_view kAnswer = R"({"lastUpdateId":2,"bids":[["1.4","1"]],"asks":[]})";

TEST_F(CaptureBinance, PutsAnswersWhereTheyWereReceived) {
  const std::string path =
      write_lines({header("BINANCE"), connect_to("wss://stream.binance.com:9443/stream?streams=x@depth"),
                   recv("1700000000.25", kUpdate), recv("1700000000.75", R"({"result":null,"id":1})"),
                   http("https://api.binance.com/api/v3/depth?symbol=X&limit=1000", "1700000000.125", kAnswer),
                   http("https://api.binance.com/api/v3/exchangeInfo", "1700000000.1", "{}")});
  EXPECT_THAT(rows_in(path),
              ElementsAre("2023-11-14T22:13:20.125000000Z,0,null,null,2,null,true,true,1.4,1,null",
                          "2023-11-14T22:13:20.250000000Z,0,2023-11-14T22:13:20.000Z,3,4,null,false,true,"
                          "1.5,2,null"));
}

TEST_F(CaptureBinance, TellsLinesThatAreNone) {
  const std::vector<std::string> told = rows_in(
      write_lines({header("BINANCE"), recv("1700000000.25", kUpdate), R"({"t":"recv","conn":"c","ts":1700000000.5})",
                   R"({"t":"other"})", R"({"t":"recv","conn":"c","ts":17)", recv("soon", kUpdate),
                   recv("1700000000.75", "no JSON\\nat all")}));
  EXPECT_EQ(told.size(), 6U);
  EXPECT_THAT(told, Contains(HasSubstr(",3,4,null,false,true,1.5,2,")));
  EXPECT_THAT(told, Contains(HasSubstr("skipped; expected '<recv_ns> <json as received>'")).Times(4));
}

TEST_F(CaptureBinance, IsOfTheMarketOfItsConnections) {
  const auto error = [&](std::string_view exchange, std::string_view address, const SourceHints& hints = {}) {
    const std::string path = write_lines({header(exchange), connect_to(address), recv("1700000000.25", kUpdate)});
    const auto source = open_cryptofeed_lines(path, hints);
    return source ? "" : source.error().message;
  };
  EXPECT_EQ(error("BINANCE", "wss://stream.binance.com:9443/ws"), "");
  EXPECT_EQ(error("BINANCE", "wss://data-stream.binance.vision/ws"), "");
  EXPECT_THAT(error("BINANCE", "wss://testnet.binance.vision/ws"),
              HasSubstr("line 2: its connection to wss://testnet.binance.vision/ws is none to the market data of "
                        "binance-spot"));
  EXPECT_THAT(error("BINANCE_FUTURES", "wss://stream.binance.com:9443/ws"), HasSubstr("of binance-usdm"));
  EXPECT_THAT(error("BINANCE_US", "wss://stream.binance.us:9443/ws"), HasSubstr("of BINANCE_US: those of BINANCE,"));
  EXPECT_THAT(error("BINANCE", "wss://stream.binance.com:9443/ws", test::market("binance-usdm")),
              HasSubstr("it is of binance-spot, and not of binance-usdm"));
  const std::string two = write_lines({header("BINANCE"), recv("1700000000.25", kUpdate), header("OKX")});
  EXPECT_THAT(open_cryptofeed_lines(two, {}).error().message,
              HasSubstr("line 3: a header of 'OKX' follows that of binance-spot: make a file of each capture"));
}

}  // namespace
}  // namespace acts::history
