#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "acts/features/feature.hpp"

#include "history/canonical_json.hpp"
#include "history/certificate_chain.hpp"
#include "history/signature.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"
#include "store/sqlite_store.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;
using acts::testing::make_segment;
using acts::testing::read_file;
using acts::testing::TempDir;
using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const UnixNanos kMonday = parse_iso8601("2026-03-02").value();
constexpr Nanos kHour = std::chrono::hours{1};

CertificateKey key_of(int day = 0) { return {Venue::kBinanceSpot, "BTCUSDT", kMonday + day * kDay}; }

// Days with an update a minute, each with the ids that follow, and a row each.
class Archive {
 public:
  Archive() : store_(SqliteStore::open(dir / "acts.db", make_schema(BandList::defaults())).value()) {}

  void day(int number, int from_minute = 0, int to_minute = 1440) {
    std::vector<MinuteRow> rows;
    for (int hour = 0; hour < 24; ++hour) {
      const UnixNanos first = kMonday + number * kDay + hour * kHour;
      make_segment(dir.string(), "binance-spot", "BTCUSDT", first, [&](SegmentWriter& writer) {
        for (int minute = hour * 60; minute < hour * 60 + 60; ++minute) {
          if (minute < from_minute || minute >= to_minute) continue;
          const std::int64_t id = 10'000'000 + number * 1440 + minute;
          writer.line(first + minute % 60 * kMinute, 1, LineUse::kTaken,
                      fmt::format(R"({{"stream":"btcusdt@depth","data":{{"e":"depthUpdate","E":1723161256787,)"
                                  R"("s":"BTCUSDT","U":{},"u":{},"b":[["61.1","2"]],"a":[]}}}})",
                                  id, id));
          rows.push_back(row(first + minute % 60 * kMinute, "live", ""));
        }
      });
    }
    ASSERT_TRUE(store_->upsert(rows));
  }
  MinuteRow row(UnixNanos at, const char* state, const char* reason) const {
    const RowSchema& schema = store_->schema();
    MinuteRow row{std::vector<Value>(schema.columns.size())};
    row.values[0] = "binance-spot";
    row.values[1] = "BTCUSDT";
    row.values[2] = at;
    const auto place = [&](std::string_view name) {
      return static_cast<std::size_t>(std::ranges::find(schema.columns, name, &Column::name) - schema.columns.begin());
    };
    row.values[place("state")] = state;
    if (*reason != '\0') row.values[place("reason")] = reason;
    return row;
  }
  [[nodiscard]] Result<std::string> make(int day, bool is_partial = false, UnixNanos now = kMonday + 100 * kDay) const {
    return make_certificate(dir.string(), {key_of(day), is_partial, ""}, now);
  }
  [[nodiscard]] std::vector<std::string> check(int day, std::optional<UnixNanos> from = {}) const {
    const auto checked = check_certificate(dir.string(), {key_of(day), from, ""});
    EXPECT_TRUE(checked) << checked.error().message;
    std::vector<std::string> problems = checked ? checked->problems : std::vector<std::string>{"error"};
    // Without the directory.
    for (std::string& problem : problems) {
      if (const auto at = problem.find("BTCUSDT/"); at != std::string::npos) problem = problem.substr(at + 8);
    }
    return problems;
  }
  [[nodiscard]] std::string path(int day) const { return certificate_path(dir.string(), key_of(day)); }
  [[nodiscard]] json document(int day) const { return json::parse(read_file(path(day))); }
  [[nodiscard]] SqliteStore& store() const { return *store_; }

  TempDir dir;

 private:
  std::unique_ptr<SqliteStore> store_;
};

TEST(Certificate, TellsWhatWasCollectedAndWhatWasMissing) {
  Archive archive;
  archive.day(0, 30, 1430);
  std::vector<MinuteRow> down;
  for (int minute = 0; minute < 30; ++minute) {
    down.push_back(archive.row(kMonday + minute * kMinute, "suspect", "not_running"));
  }
  ASSERT_TRUE(archive.store().upsert(down));
  // Ten minutes of the day were lacking in a whole certificate, which came with the next run.
  EXPECT_THAT(archive.make(0, false, kMonday + 47 * kHour).error().message, HasSubstr("minutes of it may still come"));
  const auto made = archive.make(0);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, archive.dir / "certificates/binance-spot/BTCUSDT/2026-03-02.json");
  const json document = archive.document(0);
  EXPECT_EQ(document["minutes"]["present"], 1430);
  EXPECT_EQ(document["minutes"]["live"], 1400);
  EXPECT_EQ(document["minutes"]["live_share"], 1400.0 / 1440);
  EXPECT_EQ(document["minutes"]["missing"], 10);
  EXPECT_EQ(document["minutes"]["not_running"], 30);
  EXPECT_EQ(document["minutes"]["by_state"], json({{"live", 1400}, {"suspect", 30}}));
  EXPECT_EQ(document["not_live"].size(), 2U);
  EXPECT_EQ(document["not_live"][1], json({{"first", "2026-03-02T23:50:00.000Z"},
                                           {"last", "2026-03-02T23:59:00.000Z"},
                                           {"minutes", 10},
                                           {"state", "missing"},
                                           {"reason", ""}}));
  EXPECT_EQ(document["gaps"]["count"], 0);
  EXPECT_EQ(document["recording"]["depth_updates"], 1400);
  EXPECT_EQ(document["recording"]["segments"].size(), 24U);
  const json segment = document["recording"]["segments"][3];
  const std::string file = archive.dir / segment["file"].get<std::string>();
  EXPECT_EQ(segment["sha256"], sha256_of(read_file(file)));
  EXPECT_EQ(segment["index_sha256"], sha256_of(read_file(index_path_for(file))));
  EXPECT_EQ(document["previous"], nullptr);
  EXPECT_EQ(canonical_json(document).value(), read_file(archive.path(0)));
  EXPECT_EQ(read_file(archive.path(0) + ".sha256"), sha256_of(read_file(archive.path(0))) + "  2026-03-02.json\n");
  EXPECT_THAT(archive.check(0), IsEmpty());
}

TEST(Certificate, NamesEachDifference) {
  Archive archive;
  archive.day(0);
  ASSERT_TRUE(archive.make(0));
  ASSERT_TRUE(archive.store().upsert(std::vector{archive.row(kMonday, "stale", "no_update")}));
  EXPECT_THAT(archive.check(0), Contains("2026-03-02.json: /minutes/live: says 1440, is 1439").Times(1));
  ASSERT_TRUE(archive.store().upsert(std::vector{archive.row(kMonday, "live", "")}));
  EXPECT_THAT(archive.check(0), IsEmpty());

  const std::string segment = archive.document(0)["recording"]["segments"][0]["file"];
  fs::remove(archive.dir / segment);
  const auto problems = archive.check(0);
  EXPECT_THAT(problems, Contains(HasSubstr("/recording/depth_updates: says 1440, is 1380")));
  EXPECT_THAT(problems, Contains(HasSubstr("and ")));
  EXPECT_LE(problems.size(), kMostDifferences + 1);
  EXPECT_EQ(archive.make(0).error().code, ErrorCode::kUsage);  // another one than is there
}

TEST(Certificate, StaysTrueWhenRowsGetMoreColumns) {
  Archive archive;
  archive.day(0);
  ASSERT_TRUE(archive.make(0));
  const auto wider = SqliteStore::open(archive.dir / "acts.db", make_schema(BandList::parse("1,4,7").value()));
  ASSERT_TRUE(wider);
  EXPECT_THAT(archive.check(0), IsEmpty());
}

TEST(Certificate, FindsAGapAcrossMidnight) {
  Archive archive;
  archive.day(0, 0, 1440);
  archive.day(1, 1, 1440);
  ASSERT_TRUE(archive.make(0));
  ASSERT_TRUE(archive.make(1));
  EXPECT_EQ(archive.document(0)["gaps"]["count"], 0);
  // Ten seconds before midnight nothing came: the last frame of the day before is read.
  EXPECT_EQ(archive.document(1)["gaps"]["listed"][0]["last_update_id_before"], "10001439");
  EXPECT_EQ(archive.document(1)["gaps"]["listed"][0]["first_update_id_after"], "10001441");
}

// A gap that began before the last hour of a day and ended on a later one was told by neither day.
TEST(Certificate, FindsAGapThatBeganLongBeforeMidnight) {
  Archive archive;
  archive.day(0, 0, 600);
  archive.day(3, 30, 600);
  ASSERT_TRUE(archive.make(0));
  ASSERT_TRUE(archive.make(3));
  EXPECT_EQ(archive.document(0)["gaps"]["count"], 0);
  EXPECT_EQ(archive.document(3)["gaps"]["count"], 1);
  EXPECT_EQ(archive.document(3)["gaps"]["listed"][0]["last_update_id_before"], "10000599");
  EXPECT_EQ(archive.document(3)["gaps"]["listed"][0]["first_update_id_after"], "10004350");
}

TEST(CertificateChain, ShowsWhatWasChangedInAnyDay) {
  Archive archive;
  for (const int day : {0, 1, 2}) {
    archive.day(day);
    ASSERT_TRUE(archive.make(day));
  }
  EXPECT_EQ(archive.document(2)["previous"], sha256_of(read_file(archive.path(1))));
  EXPECT_THAT(archive.check(2), IsEmpty());
  EXPECT_EQ(check_certificate(archive.dir.string(), {key_of(2), {}, ""})->days, 3U);
  EXPECT_EQ(check_certificate(archive.dir.string(), {key_of(2), kMonday + kDay, ""})->days, 2U);

  json forged = archive.document(0);
  forged["minutes"]["live"] = 1441;
  const std::string bytes = canonical_json(forged).value();
  std::ofstream(archive.path(0), std::ios::binary) << bytes;
  std::ofstream(archive.path(0) + ".sha256", std::ios::binary) << sha256_of(bytes) + "  2026-03-02.json\n";
  EXPECT_THAT(archive.check(2),
              ElementsAre("2026-03-03.json: the certificate of 2026-03-02 is not the one that was there then"));
  EXPECT_THAT(archive.check(2, kMonday + kDay), IsEmpty());
  fs::remove(archive.path(0));
  EXPECT_THAT(archive.check(2), ElementsAre("2026-03-03.json: the certificate of 2026-03-02 is gone"));
  std::ofstream(archive.path(1) + ".sha256", std::ios::binary) << "x";
  EXPECT_THAT(archive.check(2), Contains(HasSubstr("2026-03-03.json.sha256: is not the SHA-256")));
  std::ofstream(archive.path(2), std::ios::app) << "\n";
  EXPECT_THAT(archive.check(2), Contains("2026-03-04.json: is not in the canonical form: it was edited"));
}

TEST(CertificateChain, BeginsWhereThereIsNoDayBefore) {
  Archive archive;
  archive.day(0);
  archive.day(1);
  ASSERT_TRUE(archive.make(1));
  EXPECT_THAT(archive.check(1), IsEmpty());
  ASSERT_TRUE(archive.make(0));  // afterwards
  EXPECT_THAT(archive.check(1),
              ElementsAre("2026-03-03.json: begins a chain, and there is a certificate of the day before"));
}

TEST(Certificate, IsMadeOfADayThatIsOverAndSealed) {
  Archive archive;
  archive.day(0, 0, 100);
  const UnixNanos noon = kMonday + 12 * kHour;
  EXPECT_EQ(archive.make(0, false, noon).error().code, ErrorCode::kUsage);
  ASSERT_TRUE(archive.make(0, true, noon));
  EXPECT_EQ(archive.document(0)["partial"], true);
  EXPECT_EQ(archive.make(1).error().code, ErrorCode::kUsage);
  archive.day(1);
  EXPECT_THAT(archive.make(1).error().message, HasSubstr("is partial: make it whole first"));

  const std::string open = archive.dir / "raw/binance-spot/_open/0-1772445600000000000.jsonl.zst";  // ten o'clock
  fs::create_directories(fs::path(open).parent_path());
  std::ofstream(open) << "x";
  EXPECT_THAT(archive.make(0).error().message, HasSubstr("is not sealed yet"));
  fs::remove(open);
  ASSERT_TRUE(archive.make(0));  // in place of the partial one
  EXPECT_EQ(archive.document(0)["partial"], false);
  ASSERT_TRUE(archive.make(0));  // the same again
  EXPECT_EQ(archive.make(5).error().code, ErrorCode::kUsage);
}

TEST(CertificateChain, ChecksSignatures) {
  // RFC 8032, section 7.1, TEST 2.
  const std::string private_key =
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
      "-----END PRIVATE KEY-----\n";
  const std::string public_key =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
      "-----END PUBLIC KEY-----\n";
  Archive archive;
  archive.day(0);
  archive.day(1);
  ASSERT_TRUE(archive.make(0));
  ASSERT_TRUE(make_certificate(archive.dir.string(), {key_of(1), false, private_key}, kMonday + 9 * kDay));
  const auto check = [&](std::optional<UnixNanos> from) {
    return check_certificate(archive.dir.string(), {key_of(1), from, public_key})->problems;
  };
  EXPECT_THAT(check(kMonday + kDay), IsEmpty());
  EXPECT_THAT(check({}), ElementsAre(HasSubstr("2026-03-02.json.sig: cannot be read: it is not signed")));
  std::ofstream(archive.path(1) + ".sig", std::ios::binary) << std::string(64, 'x');
  EXPECT_THAT(check(kMonday + kDay), ElementsAre(HasSubstr("2026-03-03.json.sig: is not the signature")));
}

TEST(Certificate, SumsUpAudits) {
  RecordingFacts recording;
  EXPECT_FALSE(certificate_document(key_of(), recording, {}, false, {}).contains("audits"));
  recording.audits = AuditCounts{5, 1, 0, 2};
  EXPECT_EQ(certificate_document(key_of(), recording, {}, false, {})["audits"],
            json({{"match", 5}, {"drift", 1}, {"ghost", 0}, {"missed", 2}}));
}

TEST(Differences, AreNamedByTheirPlace) {
  const json says = json::parse(R"({"a":{"b":1,"c":[1,2]},"d":"x"})");
  const json is = json::parse(R"({"a":{"b":2,"c":[1]},"e":"x"})");
  EXPECT_THAT(differences(says, is), ElementsAre("/a/b: says 1, is 2", "/a/c/1: says 2, is not there",
                                                 "/d: says \"x\", is not there", "/e: says nothing, is \"x\""));
  EXPECT_THAT(differences(says, says), IsEmpty());
}

}  // namespace
}  // namespace acts::history
