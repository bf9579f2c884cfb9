// acts backtest, as people run it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "recording/file_lock.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using acts::test::testdata;

class Backtest : public ::testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string path = (folder_ / "grid.toml").string();
    std::ofstream(path) << text;
    return path;
  }
  static std::string grid(const std::string& file, const std::string& last = "") {
    return "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"" + file +
           "\"]\n[instrument]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n[latency]\nentry = \"10ms\"\nresponse = "
           "\"10ms\"\n[fees]\nmaker = \"-0.00005\"\ntaker = \"0.0007\"\n[exchange]\nfills = \"full\"\n[strategy]\nname "
           "= \"grid\"\n" +
           last;
  }
  testing::TempDir own_;
  const fs::path folder_ = own_.string();
};

const std::string kRecording = testdata("binance-feed/usdm/btcusdt_20240808.gz");

TEST_F(Backtest, TellsTotalsAndFillsAndWhatItRan) {
  const std::string config = write(grid(kRecording));
  const std::string json = (folder_ / "result.json").string();
  const std::string out = (folder_ / "run").string();
  const Outcome result = run_acts({"backtest", config, "--json", json, "--out", out});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "491973 rows of 466836 events of BTCUSDT, local times shifted by 1272156851ns\n"
            "647 orders, 28 expired (would_take 28), 5 changes and cancels refused\n"
            "194 fills, position 0.4, balance -24689.02, fee -59.831519, equity 34.711519, 136 fills of more than "
            "their trade had (11.3 beyond it), 6 fills of more than their level had (0.279 beyond it)\n" +
                out + "\n");
  std::ifstream file(json);
  const nlohmann::json object = nlohmann::json::parse(file);
  EXPECT_EQ(object["fills"].size(), 194U);
  EXPECT_EQ(object["totals"]["fills"], 194);
  EXPECT_EQ(object["totals"]["fee"], "-59.831519");
  EXPECT_EQ(object["run"]["rows"], 491'973);
  EXPECT_EQ(object["run"]["exchange_only_rows"], 25'137);
  EXPECT_EQ(object["run"]["local_shift_ns"], 1'272'156'851);
  EXPECT_EQ(object["run"]["parameters"]["levels"], "10");
  std::ifstream again(json);
  const std::string text(std::istreambuf_iterator<char>(again), {});
  EXPECT_TRUE(object.dump() + "\n" == text) << "keys do not stand in their order";
  for (const std::string name : {"run.json", "equity.csv", "fills.csv", "orders.csv", "marks.csv"}) {
    EXPECT_TRUE(fs::exists(fs::path(out) / name)) << name;
  }
}

// Ten levels a side of each order event and fill, by choice none; those of a run before do not stay.
TEST_F(Backtest, KeepsTheBooksThatOrdersAndFillsMet) {
  const std::string out = (folder_ / "run").string();
  const auto lines_of = [&out](const std::string& name) {
    std::ifstream file(fs::path(out) / name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  };
  const auto books_of_run = [&out] {
    std::ifstream file(fs::path(out) / "run.json");
    return nlohmann::json::parse(file)["run"]["books"].dump();
  };
  ASSERT_EQ(run_acts({"backtest", write(grid(kRecording)), "--out", out}).exit_code, 0);
  const std::vector<std::string> books = lines_of("books.csv");
  const std::vector<std::string> fills = lines_of("fills.csv");
  ASSERT_EQ(fills.size(), 1U + 194);
  ASSERT_EQ(books.size(), lines_of("orders.csv").size() + 194) << "a line of an order event and another of a fill";
  EXPECT_TRUE(books_of_run() == R"({"left_out_fills":0,"left_out_order_events":0,"levels":10})");
  std::size_t fill = 0;
  std::size_t order = 0;
  for (std::size_t i = 1; i < books.size(); ++i) {
    EXPECT_EQ(std::ranges::count(books[i], ','), 44) << books[i];
    if (!books[i].starts_with(',')) {
      EXPECT_TRUE(books[i].starts_with(fmt::format("{},", ++order))) << books[i];
      continue;
    }
    ++fill;
    const std::string at_venue = fmt::format(",{},venue,{},BTCUSDT,", fill, fills[fill].substr(0, 30));
    EXPECT_TRUE(books[i].starts_with(at_venue)) << books[i];
  }
  EXPECT_EQ(fill, 194U);
  const std::string without = write(grid(kRecording, "[report]\nbooks = false\n"));
  ASSERT_EQ(run_acts({"backtest", without, "--out", out}).exit_code, 0);
  EXPECT_FALSE(fs::exists(fs::path(out) / "books.csv"));
  EXPECT_TRUE(books_of_run() == "null");
  EXPECT_EQ(run_acts({"backtest", "--replay", out}).exit_code, 0);
}

TEST_F(Backtest, OfAnExportHasTheSameFills) {
  const std::string npz = (folder_ / "events.npz").string();
  EXPECT_EQ(run_acts({"export", "--format", "npz", "--output", npz, kRecording}).exit_code, 0);
  const std::string config = write(grid(npz));
  const Outcome result = run_acts({"backtest", config, "--out", (folder_ / "run").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.contains("194 fills, position 0.4, balance -24689.02, fee -59.831519,")) << result.out;
}

// The best prices are known sooner, which changes what the grid does.
TEST_F(Backtest, PutsBestBidAndOfferIntoTheDepth) {
  std::string text = grid(kRecording);
  text.replace(text.find("files ="), 0, "best_bid_offer = true\n");
  const std::string out = (folder_ / "run").string();
  const Outcome result = run_acts({"backtest", write(text), "--out", out, "--check-determinism", "--check-lookahead"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(result.out.contains(" rows of 466836 events ")) << result.out;
  EXPECT_FALSE(result.out.contains("\n194 fills,")) << result.out;
  EXPECT_TRUE(result.out.contains(" fills, position ")) << result.out;
}

TEST_F(Backtest, PutsTheCatalogsBestBidAndOfferIntoTheDepthAsARecordings) {
  const std::string data = (folder_ / "data").string();
  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", data, kRecording});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  std::string text = grid(kRecording);
  text.replace(text.find("files ="), 0, "best_bid_offer = true\n");
  const auto told_by = [this](const std::string& config, const std::string& name) {
    const std::string out = (folder_ / name).string();
    const Outcome result = run_acts({"backtest", write(config), "--out", out});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::ifstream file(out + "/fills.csv");
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string recorded = told_by(text, "recorded");
  EXPECT_GT(recorded.size(), 1'000U);
  const std::size_t files = text.find("files = ");
  text.replace(files, text.find('\n', files) - files, "data_dir = \"data\"");
  EXPECT_TRUE(told_by(text, "catalog") == recorded);
}

TEST_F(Backtest, TakesNoBestBidAndOfferOfNpz) {
  const std::string npz = (folder_ / "events.npz").string();
  ASSERT_EQ(run_acts({"export", "--format", "npz", "--output", npz, kRecording}).exit_code, 0);
  std::string text = grid(npz);
  text.replace(text.find("files ="), 0, "best_bid_offer = true\n");
  const Outcome of_npz = run_acts({"backtest", write(text), "--out", (folder_ / "run").string()});
  EXPECT_EQ(of_npz.exit_code, 2);
  EXPECT_TRUE(of_npz.err.contains("best_bid_offer: an .npz has no ids of updates, which tell what is newer"))
      << of_npz.err;
}

// Rows of bookTicker from the archive have no time of receipt, and other origins none at all.
TEST_F(Backtest, SaysWhereTheCatalogHasNoBestBidAndOffer) {
  const std::string recording = (folder_ / "btcusdt.jsonl").string();
  std::ofstream(recording)
      << R"(1723161290000000000 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161290000,)"
      << R"("T":1723161290000,"s":"BTCUSDT","U":1,"u":1,"pu":0,"b":[["100.1","1"]],"a":[["100.5","2"]]}})" << '\n';
  const std::string data = (folder_ / "data").string();
  ASSERT_EQ(run_acts({"import", "--market", "um", "--data-dir", data, recording}).exit_code, 0);
  std::string text = grid(recording);
  const std::size_t files = text.find("files = ");
  text.replace(files, text.find('\n', files) - files, "data_dir = \"data\"\nbest_bid_offer = true");
  const Outcome none = run_acts({"backtest", write(text), "--out", (folder_ / "run").string()});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_TRUE(none.err.contains("best_bid_offer: the catalog has no book_ticker with times of receipt")) << none.err;
}

// Both venues at once, and the same symbol at both.
TEST_F(Backtest, TakesSeveralInstrumentsAndVenues) {
  const auto data = [](const std::string& venue, const std::string& file) {
    return "[[data]]\nvenue = \"" + venue + "\"\nsymbol = \"BTCUSDT\"\nfiles = [\"" + file + "\"]\n";
  };
  const std::string rules =
      "[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"0.00001\"\n"
      "[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n";
  const std::string last = "[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[strategy]\nname = \"grid\"\n";
  const std::string config = write(data("binance-spot", testdata("binance-feed/spot/btcusdt_20240808.gz")) +
                                   data("binance-usdm", kRecording) + rules + last);
  const std::string out = (folder_ / "run").string();
  const Outcome result = run_acts({"backtest", config, "--out", out});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.contains("491973 rows of 466836 events of binance-usdm:BTCUSDT")) << result.out;
  EXPECT_TRUE(result.out.contains("\nbinance-spot:BTCUSDT: ")) << result.out;
  EXPECT_TRUE(result.out.contains(" fills in all, balance ")) << result.out;
  std::ifstream file(out + "/run.json");
  const nlohmann::json object = nlohmann::json::parse(file);
  ASSERT_EQ(object["totals"]["instruments"].size(), 2U);
  EXPECT_EQ(object["totals"]["instruments"][1]["name"], "binance-usdm:BTCUSDT");
  EXPECT_EQ(object["run"]["instruments"][0]["tick_size"], "0.01");
  EXPECT_EQ(object["run"]["instruments"][1]["rows"], 491'973);
  EXPECT_FALSE(object["totals"]["equity"].is_null());
  EXPECT_FALSE(object.contains("fills"));
  const Outcome report = run_acts({"report", out, "--out", (folder_ / "sheet.html").string()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
}

TEST_F(Backtest, OfTheCatalogHasTheSameFills) {
  const std::string data = (folder_ / "data").string();
  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", data, kRecording});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  std::string text = grid(kRecording);
  const std::size_t files = text.find("files = ");
  text.replace(files, text.find('\n', files) - files,
               "data_dir = \"data\"\nfrom = \"2024-08-08\"\nto = \"2024-08-10\"");
  const Outcome result = run_acts({"backtest", write(text), "--out", (folder_ / "run").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.contains("194 fills, position 0.4, balance -24689.02, fee -59.831519,")) << result.out;
  std::ifstream file(folder_ / "run" / "run.json");
  const nlohmann::json object = nlohmann::json::parse(file);
  EXPECT_GE(object["run"]["data"].size(), 2U) << "the catalog's files";
  // What else it reads is part of what it is.
  std::ofstream(folder_ / "funding.csv") << "time,rate\n2024-08-08T16:00:00Z,0.0001\n";
  const std::string paying = write(text + "[funding]\nfile = \"funding.csv\"\n");
  ASSERT_EQ(run_acts({"backtest", paying, "--out", (folder_ / "paying").string()}).exit_code, 0);
  std::ifstream other(folder_ / "paying" / "run.json");
  const nlohmann::json funded = nlohmann::json::parse(other);
  EXPECT_EQ(funded["run"]["data"].size(), object["run"]["data"].size() + 1);
  EXPECT_TRUE(funded["run"]["data"].back()["file"].get<std::string>().ends_with("funding.csv"));
  text.replace(text.find("BTCUSDT"), 7, "ETHUSDT");
  const Outcome none = run_acts({"backtest", write(text), "--out", (folder_ / "none").string()});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_TRUE(none.err.contains("its catalog has no book_updates of binance-usdm ETHUSDT for these times")) << none.err;
}

// Updates 121 to 123 are missing, until the second snapshot; one message has a time two hours ahead.
TEST_F(Backtest, OfTheCatalogTellsGapsAndMendsTimes) {
  std::string lines;
  for (int id = 101; id <= 160; ++id) {
    const std::int64_t ms = 1'723'161'290'000 + id * 100;
    if (id > 120 && id < 124) continue;
    if (id == 105 || id == 130) {
      lines += fmt::format(
          "{}000000 {{\"lastUpdateId\":{},\"E\":{},\"T\":{},\"bids\":[[\"100.1\",\"1\"]],\"asks\":[["
          "\"100.5\",\"2\"]]}}\n",
          ms + 20, id, ms, ms);
    }
    const std::int64_t sent = id == 140 ? ms + 7'200'000 : ms;
    lines += fmt::format(
        "{}000000 {{\"stream\":\"btcusdt@depth@0ms\",\"data\":{{\"e\":\"depthUpdate\",\"E\":{},\"T\":{},"
        "\"s\":\"BTCUSDT\",\"U\":{},\"u\":{},\"pu\":{},\"b\":[[\"100.1\",\"{}\"]],\"a\":[]}}}}\n",
        ms + 30, sent, sent, id, id, id - 1, id);
  }
  const std::string recording = (folder_ / "btcusdt.jsonl").string();
  std::ofstream(recording) << lines;
  const std::string data = (folder_ / "data").string();
  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", data, recording});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  const auto gaps_over = [this](const std::string& text) {
    const std::string out = (folder_ / "run").string();
    const Outcome result = run_acts({"backtest", write(text), "--out", out});
    EXPECT_EQ(result.exit_code, 3) << "something is wrong with the data: " << result.err;
    EXPECT_TRUE(result.err.contains("a message's time of the venue's, 2024-08-09T01:55:04.000Z, lies more than 1m off"))
        << result.err;
    EXPECT_FALSE(result.out.contains("shifted")) << result.out;
    std::ifstream file(out + "/run.json");
    const nlohmann::json gaps = nlohmann::json::parse(file)["run"]["gaps"];
    fs::remove_all(out);
    return gaps;
  };
  const nlohmann::json recorded = gaps_over(grid(recording));
  ASSERT_EQ(recorded.size(), 1U) << recorded.dump();
  std::string text = grid(recording);
  const std::size_t files = text.find("files = ");
  EXPECT_EQ(gaps_over(text.replace(files, text.find('\n', files) - files, "data_dir = \"data\"")), recorded);
}

// Of each day two messages before midnight and two behind it; updates are missing between days 9 and 10, and from day
// 20 to day 40 nothing was recorded. The engine reads it in parts, of which the recording knows nothing.
TEST_F(Backtest, OfManyDaysOfTheCatalogIsAsTheRecordingOfThem) {
  constexpr std::int64_t kMidnightMs = 1'723'161'600'000;
  constexpr std::int64_t kDayMs = 86'400'000;
  std::string lines;
  std::int64_t id = 100;
  for (int day = 0; day < 44; ++day) {
    if (day >= 20 && day < 40) continue;
    if (day == 10) ++id;
    for (const int seconds : {-20, -10, 10, 20}) {
      const std::int64_t ms = kMidnightMs + day * kDayMs + seconds * 1000;
      ++id;
      lines += fmt::format(
          "{0}000000 {{\"stream\":\"btcusdt@depth@0ms\",\"data\":{{\"e\":\"depthUpdate\",\"E\":{1},\"T\":{1},"
          "\"s\":\"BTCUSDT\",\"U\":{2},\"u\":{2},\"pu\":{3},\"b\":[[\"100.1\",\"{2}\"]],\"a\":[[\"100.5\",\"{2}\"]]"
          "}}}}\n"
          "{4}000000 {{\"stream\":\"btcusdt@trade\",\"data\":{{\"e\":\"trade\",\"E\":{1},\"T\":{1},\"s\":\"BTCUSDT\","
          "\"t\":{2},\"p\":\"100.1\",\"q\":\"1\",\"X\":\"MARKET\",\"m\":true}}}}\n",
          ms + 30, ms, id, id - 1, ms + 40);
    }
  }
  const std::string recording = (folder_ / "btcusdt.jsonl").string();
  std::ofstream(recording) << lines;
  const std::string data = (folder_ / "data").string();
  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", data, recording});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  // What was printed but for the folder, and the gaps.
  const auto run_over = [this](const std::string& text) {
    const std::string out = (folder_ / "run").string();
    const Outcome result = run_acts({"backtest", write(text), "--out", out});
    std::ifstream file(out + "/run.json");
    const nlohmann::json run = nlohmann::json::parse(file)["run"];
    fs::remove_all(out);
    return result.out + result.err + run["gaps"].dump();
  };
  std::string text = grid(recording, "interval = \"1h\"\n[report]\nsample = \"1h\"\n");
  const std::string recorded = run_over(text);
  EXPECT_TRUE(recorded.contains("288 rows of 288 events of BTCUSDT")) << recorded;
  const std::size_t files = text.find("files = ");
  EXPECT_EQ(run_over(text.replace(files, text.find('\n', files) - files, "data_dir = \"data\"")), recorded);
  // The book of the beginning is of a snapshot long before, if there is one: there is none.
  const std::string later = run_over(
      std::string(text).replace(text.find("data_dir"), 0, "from = \"2024-09-17T23:00:00Z\"\nto = \"2024-09-20\"\n"));
  EXPECT_TRUE(later.contains("30 rows of 30 events")) << later;
}

TEST_F(Backtest, SaysWhereStrategyAndDataDoNotMeet) {
  std::string text = grid(kRecording);
  text.replace(text.find("name = \"grid\""), 13, "name = \"sma_cross\"");
  const std::string out = (folder_ / "run").string();
  const Outcome books = run_acts({"backtest", write(text), "--out", out});
  EXPECT_EQ(books.exit_code, 2);
  EXPECT_TRUE(
      books.err.contains("the strategy is told of bars, and these are order books: say how long bars of their "
                         "trades are, such as interval = \"1m\" in [bars]"))
      << books.err;
  const Outcome bars = run_acts({"backtest", write(text + "[bars]\ninterval = \"1s\"\n"), "--out", out});
  EXPECT_EQ(bars.exit_code, 0) << bars.err;
  EXPECT_FALSE(bars.out.contains("\n0 orders\n")) << bars.out;
  const Outcome idle = run_acts({"backtest", write(grid(kRecording, "max_position = \"0\"\n")), "--out", out});
  EXPECT_TRUE(idle.exit_code == 2 || idle.err.contains("placed no order")) << idle.err << idle.out;
}

TEST_F(Backtest, RefusesInOneLine) {
  const auto refused = [this](const std::string& text, int code) {
    const std::string config = write(text);
    const Outcome result = run_acts({"backtest", config, "--out", (folder_ / "run").string()});
    EXPECT_EQ(result.exit_code, code);
    EXPECT_EQ(result.out, "");
    EXPECT_FALSE(fs::exists(folder_ / "run" / "run.json"));
    std::string line = result.err;
    for (std::size_t at = line.find(folder_.string()); at != std::string::npos; at = line.find(folder_.string())) {
      line.replace(at, folder_.string().size(), "F");
    }
    return line;
  };
  EXPECT_EQ(refused(grid(kRecording, "levls = 3\n"), 2),
            "acts: F/grid.toml:18: no parameter 'levls' of this strategy: did you mean levels?\n");
  EXPECT_TRUE(refused(grid("missing.gz"), 2).contains("F/missing.gz")) << "names the file";
  std::ofstream(folder_ / "other.gz") << "1 nothing\n";
  EXPECT_TRUE(refused(grid("other.gz"), 3).contains("other.gz"));
  EXPECT_EQ(run_acts({"backtest"}).exit_code, 2);
  for (const char* const flag : {"--json", "--out", "--save-state"}) {
    const Outcome dash = run_acts({"backtest", write(grid(kRecording)), flag, "-"});
    EXPECT_EQ(dash.exit_code, 2) << flag;
    EXPECT_EQ(dash.err, fmt::format("acts: {} -: standard output has the summary: give a name\n", flag));
  }
}

TEST_F(Backtest, ReplacesNothingThatItReads) {
  const std::string config = write(grid(kRecording));
  const std::string text = acts::testing::read_file(config);
  for (const char* const flag : {"--json", "--save-state"}) {
    const Outcome refused = run_acts({"backtest", config, "--out", folder_ / "run", flag, config});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(refused.err,
              fmt::format("acts: {} {}: it is read here, and would be replaced: give another name\n", flag, config));
  }
  EXPECT_EQ(acts::testing::read_file(config), text);
  const std::filesystem::path foreign = folder_ / "foreign";
  std::filesystem::create_directories(foreign);
  std::ofstream(foreign / "orders.csv") << "mine\n";
  const Outcome refused = run_acts({"backtest", config, "--out", foreign.string()});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(refused.err.contains("its orders.csv is of no run")) << refused.err;
  EXPECT_EQ(acts::testing::read_file(foreign / "orders.csv"), "mine\n");
}

// As root /dev/null was replaced by a file.
TEST_F(Backtest, PutsNoFileInThePlaceOfADevice) {
  const std::string pipe = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const char* const flag : {"--json", "--save-state"}) {
    const Outcome outcome = run_acts({"backtest", write(grid(kRecording)), flag, pipe, "--out", folder_ / "run"});
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_TRUE(outcome.err.contains("pipe: is no file, but a device or a pipe: name a file")) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "run")) << "before it runs";
    EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  }
}

// Two of one configuration have one folder, and left a mixture of both.
TEST_F(Backtest, WritesToAFolderThatNobodyElseWritesTo) {
  const std::string config = write(grid(kRecording));
  const std::string run = (folder_ / "run").string();
  auto held = FileLock::take(real_file_ops(), run, ".lock", "a test");
  ASSERT_TRUE(held.has_value()) << held.error().message;
  const Outcome second = run_acts({"backtest", config, "--out", run});
  EXPECT_EQ(second.exit_code, 5) << second.err;
  EXPECT_TRUE(second.err.contains(": a run writes there: wait for it, or give --out")) << second.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run" / "run.json"));
  held = fail(ErrorCode::kStorage, "over");
  EXPECT_EQ(run_acts({"backtest", config, "--out", run}).exit_code, 0);
  EXPECT_EQ(run_acts({"backtest", config, "--out", run}).exit_code, 0);  // and again
}

}  // namespace
}  // namespace acts::cli
