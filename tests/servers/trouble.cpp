#include "servers/trouble.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "acts/features/feature.hpp"

#include "cli/program.hpp"
#include "live/books.hpp"
#include "live/sink_feeder.hpp"

namespace acts::servers {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kMidnight{1'767'225'600'000'000'000};

Value value_of(const Column& column, std::mt19937_64& random, UnixNanos minute) {
  switch (column.type) {
    case ColumnType::kText: return "live";
    case ColumnType::kTime:
      return from_unix_millis(to_unix_millis(minute) - static_cast<std::int64_t>(random() % 60'000));
    case ColumnType::kDecimal: {
      // Up to 18 digits before and behind the point each, 27 in all; now and then negative.
      const int scale = static_cast<int>(random() % 19);
      const auto factor = static_cast<int128>(scale < 9 ? 1 : random() % 1'000'000'000 + 1);
      const int128 units = static_cast<int128>(random() % 1'000'000'000'000'000'000ULL) * factor;
      return Decimal{random() % 16 == 0 ? -units : units, scale};
    }
    case ColumnType::kRatio:
      return std::ldexp(static_cast<double>(random() >> 11), -53 - static_cast<int>(random() % 30));
    case ColumnType::kCount: break;
  }
  return static_cast<std::int64_t>(random() % 100'000);
}

// Text of the rows, which begins with their keys, in order.
std::vector<std::string> lines(const RowSchema& schema, const std::vector<MinuteRow>& rows) {
  std::vector<std::string> lines;
  for (const MinuteRow& row : rows) append_csv(lines.emplace_back(), schema, row);
  std::ranges::sort(lines);
  return lines;
}

SinkFeederOptions quick(const std::string& path) {
  SinkFeederOptions options;
  options.sink = "test";
  options.data_path = path;
  options.delivery = {.batch = 500, .poll = 20ms, .retry_first = 50ms, .retry_cap = 500ms, .seed = 1};
  options.limits = {.connect = 1s, .answer = 2s};
  return options;
}

RowSchema schema_of(SinkContent content) { return content == SinkContent::kRows ? day_schema() : book_level_schema(); }

std::vector<MinuteRow> all_of(const SinkSettings& settings, SinkContent content) {
  const auto sink = make_sink(settings, content, sink_limits(5s, 60s));
  EXPECT_TRUE(sink) << sink.error().message;
  if (!sink) return {};
  const auto opened = (*sink)->open(schema_of(content));
  EXPECT_TRUE(opened) << opened.error().message;
  if (!opened) return {};
  auto rows = (*sink)->read("", "");
  EXPECT_TRUE(rows) << rows.error().message;
  return rows ? std::move(*rows) : std::vector<MinuteRow>{};
}

// What happens to the server before a slice of the day is written.
class Script {
 public:
  Script(Server& server, FaultProxy& proxy, Nanos writes_behind)
      : server_(server), proxy_(proxy), writes_behind_(writes_behind) {}

  // 48 slices.
  void before(int slice) {
    switch (slice) {
      case 4: return kill();
      case 9: return start();
      case 14: return server_.freeze();
      case 19: return server_.thaw();
      case 22: return proxy_.set(Trouble::kRefused);
      case 25: return proxy_.set(Trouble::kSlow);
      case 32: return proxy_.set(Trouble::kAnswersLost);
      case 36: return proxy_.set(Trouble::kSilent);
      case 39: return proxy_.set(Trouble::kNone);
      case 42: kill(); return start();
      default: return;
    }
  }

 private:
  void start() { ASSERT_TRUE(server_.start()); }
  // In the middle of a delivery, unless the server would lose what it has confirmed.
  void kill() {
    if (writes_behind_ > 0ns) {
      proxy_.set(Trouble::kRefused);
      std::this_thread::sleep_for(writes_behind_);
    }
    server_.kill();
    proxy_.set(Trouble::kNone);
  }
  Server& server_;
  FaultProxy& proxy_;
  Nanos writes_behind_;
};

// Waits until the sink has everything; false if it has not after a while.
bool is_delivered(const SinkFeeder& feeder, Nanos limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    const SinkFeeder::Status status = feeder.status();
    if (status.delivery.idle && status.lag.rows == 0 && status.delivery.delivered > 0) return true;
    std::this_thread::sleep_for(50ms);
  }
  const SinkFeeder::Status status = feeder.status();
  ADD_FAILURE() << "not delivered: " << status.lag.rows << " rows wait: " << status.delivery.failure;
  return false;
}

}  // namespace

void expect_same(const RowSchema& schema, const std::vector<MinuteRow>& local, const std::vector<MinuteRow>& remote) {
  const std::vector<std::string> ours = lines(schema, local);
  const std::vector<std::string> theirs = lines(schema, remote);
  EXPECT_EQ(ours.size(), theirs.size());
  int shown = 0;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()) && shown < 3; ++i) {
    if (ours[i] != theirs[i]) ++shown, ADD_FAILURE() << "local:  " << ours[i] << "remote: " << theirs[i];
  }
}

bool is_installed(const std::string& what) {
  if (what.contains('/')) return std::filesystem::exists(what);
  return std::system(("command -v " + what + " >/dev/null 2>&1").c_str()) == 0;
}

RowSchema day_schema() { return make_schema(BandList::defaults()); }

std::vector<MinuteRow> rows_of(int minute, int edition) {
  static const RowSchema schema = day_schema();
  static constexpr std::array<std::array<const char*, 2>, 4> kSymbols{{{"binance-spot", "BTCUSDT"},
                                                                       {"binance-spot", "ETHBTC"},
                                                                       {"binance-usdm", "BTCUSDT"},
                                                                       {"binance-spot", "币安人生USDT"}}};
  std::vector<MinuteRow> rows;
  for (std::size_t symbol = 0; symbol < kSymbols.size(); ++symbol) {
    std::mt19937_64 random(static_cast<unsigned>(minute) * 1000 + static_cast<unsigned>(edition) * 10 + symbol);
    const UnixNanos time = kMidnight + (minute + 1) * kMinute;
    const bool is_empty = random() % 10 == 0;
    MinuteRow& row = rows.emplace_back();
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
      const Column& column = schema.columns[i];
      row.values.push_back(is_empty && column.nullable ? Value{} : value_of(column, random, time));
    }
    row.values[0] = kSymbols[symbol][0];
    row.values[1] = kSymbols[symbol][1];
    row.values[2] = time;
  }
  return rows;
}

void deliver_a_day_through_trouble(const SinkCase& sink_case, const std::function<void(std::uint16_t)>& look) {
  const testing::TempDir dir;
  std::filesystem::permissions(dir.string(), static_cast<std::filesystem::perms>(0755));
  const std::uint16_t port = free_port();
  const auto server = sink_case.make_server(dir.string(), port);
  ASSERT_TRUE(server->start()) << "the server is not ready; see " << dir.string();
  FaultProxy proxy(port);
  const std::string path = dir / "acts.db";
  const auto store = SqliteStore::open(path, day_schema()).value();
  const SinkSettings settings = sink_case.settings(proxy.port());
  auto feeder = SinkFeeder::start(
      quick(path), [&](SinkLimits limits) { return make_sink(settings, SinkContent::kRows, std::move(limits)); });
  ASSERT_TRUE(feeder) << feeder.error().message;

  Script script(*server, proxy, sink_case.writes_behind);
  Nanos slowest{0};
  for (int slice = 0; slice < 48; ++slice) {
    script.before(slice);
    std::vector<MinuteRow> rows;
    const int first = sink_case.minutes * slice / 48;
    for (int minute = first; minute < sink_case.minutes * (slice + 1) / 48; ++minute) {
      for (MinuteRow& row : rows_of(minute)) rows.push_back(std::move(row));
    }
    if (slice % 7 == 3) {
      // Written once more, with other values, and without any where there were some.
      for (int minute = first / 2; minute < first / 2 + 5; ++minute) {
        for (MinuteRow& row : rows_of(minute, 1)) rows.push_back(std::move(row));
      }
    }
    const auto began = std::chrono::steady_clock::now();
    ASSERT_TRUE(store->upsert(rows));
    slowest = std::max<Nanos>(slowest, std::chrono::steady_clock::now() - began);
    std::this_thread::sleep_for(250ms);
  }
  EXPECT_LT(slowest, 2s) << "writing waited for the sink";
  ASSERT_TRUE(is_delivered(**feeder, 90s));
  (*feeder)->stop();
  const SinkFeeder::Status status = (*feeder)->status();
  EXPECT_GT(status.delivery.failures, 0U) << "there was no trouble";
  EXPECT_EQ(status.delivery.refused, 0U) << status.refusal;
  expect_same(day_schema(), store->rows({}).value(), all_of(sink_case.settings(port), SinkContent::kRows));
  if (look) look(port);
}

namespace {

// Carries the books of a directory to a server; may be ended and begun again.
class BookRun {
 public:
  BookRun(std::string path, SinkSettings settings, std::size_t batch)
      : path_(std::move(path)), settings_(std::move(settings)), batch_(batch) {
    begin();
  }
  void begin() {
    SinkFeederOptions options = quick(path_);
    options.content = SinkContent::kBooks;
    options.delivery.batch = batch_;
    feeder_ = SinkFeeder::start(options, [this](SinkLimits limits) {
                return make_sink(settings_, SinkContent::kBooks, std::move(limits));
              }).value();
  }
  void end() { feeder_.reset(); }
  [[nodiscard]] const SinkFeeder& feeder() const { return *feeder_; }
  // False: so many were not confirmed in time.
  [[nodiscard]] bool wait_for_levels(std::uint64_t count) const {
    for (const auto end = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < end;) {
      if (feeder_->status().delivery.delivered >= count) return true;
      std::this_thread::sleep_for(1ms);
    }
    ADD_FAILURE() << "no further than " << feeder_->status().delivery.delivered << ": "
                  << feeder_->status().delivery.failure;
    return false;
  }

 private:
  std::string path_;
  SinkSettings settings_;
  std::size_t batch_;
  std::unique_ptr<SinkFeeder> feeder_;
};

}  // namespace

void deliver_books_through_trouble(const SinkCase& sink_case, const std::function<void(std::uint16_t)>& look) {
  const testing::TempDir dir;
  std::filesystem::permissions(dir.string(), static_cast<std::filesystem::perms>(0755));
  const std::uint16_t port = free_port();
  const auto server = sink_case.make_server(dir.string(), port);
  ASSERT_TRUE(server->start()) << "the server is not ready; see " << dir.string();
  const std::string path = dir / "acts.db";
  ASSERT_TRUE(SqliteStore::open(path, day_schema()));
  const auto levels = static_cast<std::uint64_t>(sink_case.book_levels) * 2;
  std::vector<BookFile> books;
  books.push_back(testing::some_book("BTCUSDT", kMidnight + 123ms, sink_case.book_levels, {2, 8}, 1));
  books.push_back(testing::some_book("币安人生USDT", kMidnight + 124ms, sink_case.book_levels, {18, 18}, 2));
  books.push_back(testing::some_book("BTCUSDT", kMidnight + 12h, sink_case.book_levels, {8, 0}, 3));
  for (const BookFile& book : books) testing::save_full_book(dir.string(), book);

  BookRun run(path, sink_case.settings(port), static_cast<std::size_t>(levels / 20));
  ASSERT_TRUE(run.wait_for_levels(levels / 4));
  const bool is_to_rest = sink_case.writes_behind > 0ns;
  if (is_to_rest) run.end();
  std::this_thread::sleep_for(sink_case.writes_behind);
  server->kill();
  if (is_to_rest) run.begin();
  std::this_thread::sleep_for(200ms);
  ASSERT_TRUE(server->start());
  ASSERT_TRUE(run.wait_for_levels(levels + levels / 4));
  server->freeze();
  std::this_thread::sleep_for(3s);
  server->thaw();
  ASSERT_TRUE(run.wait_for_levels(2 * levels + levels / 4));
  EXPECT_GT(run.feeder().status().delivery.failures, 1U) << "there was no trouble";
  run.end();
  run.begin();
  ASSERT_TRUE(is_delivered(run.feeder(), 90s));
  EXPECT_EQ(run.feeder().status().delivery.delivered, levels) << "a book that was not ended is sent whole";
  EXPECT_EQ(run.feeder().status().delivery.refused, 0U) << run.feeder().status().refusal;

  std::vector<MinuteRow> local;
  for (const BookFile& book : books) {
    const auto read = read_book_file(path_of(dir.string(), testing::dump_of(book)));
    ASSERT_TRUE(read) << read.error().message;
    for (MinuteRow& row : testing::rows_of_book(*read)) local.push_back(std::move(row));
  }
  expect_same(book_level_schema(), local, all_of(sink_case.settings(port), SinkContent::kBooks));
  if (look) look(port);
}

void check_by_the_command(const SinkCase& sink_case, const std::string& made, const std::string& made_of_books) {
  const testing::TempDir dir;
  std::filesystem::permissions(dir.string(), static_cast<std::filesystem::perms>(0755));
  const std::uint16_t port = free_port();
  const auto server = sink_case.make_server(dir.string(), port);
  ASSERT_TRUE(server->start());
  const SinkSettings settings = sink_case.settings(port);
  const std::string config =
      dir.write("acts.toml", "[sinks.checked]\nkind = \"" + std::string(to_string(settings.kind)) + "\"\nuri = \"" +
                                 settings.uri + "\"\nbooks = true\n");
  ::setenv("ACTS_SINK_CHECKED_PASSWORD", settings.password.c_str(), 1);
  for (const bool is_first : {true, false}) {
    const cli::Outcome outcome = cli::run_acts({"--config", config, "sinks", "check"}, dir.string());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("checked: ok: "), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find(": a book was written, read back and removed"), std::string::npos) << outcome.out;
    if (!made_of_books.empty()) {
      EXPECT_EQ(outcome.out.find("checked: " + made_of_books) != std::string::npos, is_first) << outcome.out;
    }
    EXPECT_EQ(!made.empty() && outcome.out.find("checked: " + made) != std::string::npos, is_first && !made.empty())
        << outcome.out;
  }
  // A database may remove rows only a little later.
  std::size_t left = 1;
  for (int i = 0; i < 50 && left > 0; ++i) {
    left = all_of(settings, SinkContent::kRows).size() + all_of(settings, SinkContent::kBooks).size();
    if (left > 0) std::this_thread::sleep_for(100ms);
  }
  EXPECT_EQ(left, 0U);
}

void add_a_band(const SinkCase& sink_case) {
  const testing::TempDir dir;
  std::filesystem::permissions(dir.string(), static_cast<std::filesystem::perms>(0755));
  const std::uint16_t port = free_port();
  const auto server = sink_case.make_server(dir.string(), port);
  ASSERT_TRUE(server->start());
  const SinkSettings settings = sink_case.settings(port);
  const auto sink = make_sink(settings, SinkContent::kRows, sink_limits(5s, 10s)).value();
  const auto made = sink->open(day_schema());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_FALSE(made->empty());
  ASSERT_TRUE(sink->write(rows_of(1)));
  const RowSchema wider = make_schema(BandList::parse("1,4,0.5").value());
  const auto added = sink->open(wider);
  ASSERT_TRUE(added) << added.error().message;
  const auto again = sink->open(wider);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->empty()) << (*again)[0];
  const auto rows = sink->read("", "");
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 4U);
  for (std::size_t i = 0; i < wider.columns.size(); ++i) {
    if (!wider.columns[i].name.ends_with("_0_5")) continue;
    EXPECT_EQ((*rows)[0].values[i], Value{}) << wider.columns[i].name;
  }
}

void refuse_a_table(const SinkCase& sink_case, const std::function<void(std::uint16_t)>& prepare,
                    const std::string& message) {
  const testing::TempDir dir;
  std::filesystem::permissions(dir.string(), static_cast<std::filesystem::perms>(0755));
  const std::uint16_t port = free_port();
  const auto server = sink_case.make_server(dir.string(), port);
  ASSERT_TRUE(server->start());
  prepare(port);
  const auto sink = make_sink(sink_case.settings(port), SinkContent::kRows, sink_limits(5s, 10s)).value();
  const auto opened = sink->open(day_schema());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), (Error{ErrorCode::kRefused, message}));
}

void set_aside_what_does_not_fit(const SinkCase& sink_case, const Decimal& best_bid, const std::string& reason) {
  const testing::TempDir dir;
  std::filesystem::permissions(dir.string(), static_cast<std::filesystem::perms>(0755));
  const std::uint16_t port = free_port();
  const auto server = sink_case.make_server(dir.string(), port);
  ASSERT_TRUE(server->start());
  const auto sink = make_sink(sink_case.settings(port), SinkContent::kRows, sink_limits(5s, 10s)).value();
  const auto made = sink->open(day_schema());
  ASSERT_TRUE(made) << made.error().message;
  std::vector<MinuteRow> rows = rows_of(1);
  rows[2].values[4] = best_bid;
  const auto refusals = sink->write(rows);
  ASSERT_TRUE(refusals) << refusals.error().message;
  EXPECT_EQ(*refusals, (std::vector<Refusal>{{2, reason}}));
  rows.erase(rows.begin() + 2);
  expect_same(day_schema(), rows, sink->read("", "").value());

  const auto books = make_sink(sink_case.settings(port), SinkContent::kBooks, sink_limits(5s, 10s)).value();
  ASSERT_TRUE(books->open(book_level_schema()));
  std::vector<MinuteRow> levels = testing::rows_of_book(testing::some_book("BTCUSDT", kMidnight, 2));
  levels[1].values[index_of(BookColumn::kPrice)] = best_bid;
  const auto refused = books->write(levels);
  ASSERT_TRUE(refused) << refused.error().message;
  ASSERT_EQ(refused->size(), 1U);
  EXPECT_EQ((*refused)[0].row, 1U);
  EXPECT_EQ((*refused)[0].reason, "price" + reason.substr(reason.find(' ')));
  levels.erase(levels.begin() + 1);
  expect_same(book_level_schema(), levels, books->read("", "").value());
}

}  // namespace acts::servers
