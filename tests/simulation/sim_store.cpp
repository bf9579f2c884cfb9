#include "simulation/sim_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "acts/base/assert.hpp"

#include "binance/rate_budget.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatch = 100;
constexpr Nanos kRetry = 1s;
constexpr std::int64_t kCorrectedOneIn = 10;  // batches with which an earlier row comes with other values
constexpr int kMostSteps = 100'000;           // until all is delivered

}  // namespace

std::filesystem::path fast_directory() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

SimStore::SimStore(const RowsPlan& plan, RowSchema schema, std::uint64_t seed, Find find)
    : schema_(std::move(schema)),
      find_(std::move(find)),
      random_(seed),
      directory_(fast_directory()),
      path_(directory_ / "acts.db"),
      next_(binance::kNever) {
  updates_column_ =
      static_cast<std::size_t>(std::ranges::find(schema_.columns, "updates", &Column::name) - schema_.columns.begin());
  ACTS_ASSERT(updates_column_ < schema_.columns.size());
  for (const SinkPlan& one : plan.sinks) {
    sinks_.push_back(std::make_unique<SimSink>(random_.next(), one.refuses_one_in, one.names_rows));
    feeders_.push_back(
        std::make_unique<SimFeeder>(path_, fmt::format("sink{}", sinks_.size()), *sinks_.back(), random_.next()));
  }
}

SqliteStore& SimStore::open() {
  auto opened = SqliteStore::open(path_, schema_);
  ACTS_ASSERT(opened.has_value());
  store_ = std::move(*opened);
  return *store_;
}

void SimStore::begin_run(MissedMinutes missed, UnixNanos now) {
  restored_ += missed.recorded_count();
  made_up_ += missed.count() - missed.recorded_count();
  if (missed.count() > 0) {
    missed_ = std::move(missed);
    behind_since_ = next_ = now;
  }
  for (const auto& feeder : feeders_) feeder->begin_run();
}

void SimStore::push(MinuteRow row, UnixNanos now) {
  if (!behind_since_) behind_since_ = now;
  if (pending_.push(std::move(row))) find_(now, "a row did not fit");
  next_ = std::min(next_, now);
}

Nanos SimStore::behind_for(UnixNanos now) const { return behind_since_ ? now - *behind_since_ : Nanos{0}; }

void SimStore::crash() {
  for (const auto& feeder : feeders_) feeder->crash();
  store_.reset();
  pending_ = PendingRows();
  earlier_ = PendingRows();
  missed_.reset();
  behind_since_.reset();
  next_ = binance::kNever;
}

void SimStore::set_standing(bool stands, UnixNanos now) {
  stands_ = stands;
  now_ = now;
}

UnixNanos SimStore::next_deadline() const {
  UnixNanos next = next_;
  for (const auto& feeder : feeders_) next = std::min(next, feeder->next_deadline());
  return next;
}

void SimStore::work(UnixNanos now) {
  now_ = now;
  if (next_ <= now) store_batch();
  for (const auto& feeder : feeders_) {
    if (feeder->next_deadline() <= now) feeder->work(now);
  }
}

// As RowWriter does: those of before first.
PendingRows& SimStore::next_rows() {
  if (missed_ && earlier_.waiting() == 0) {
    for (MinuteRow& row : missed_->next(kBatch)) (void)earlier_.push(std::move(row));
    if (earlier_.waiting() == 0) missed_.reset();
  }
  return earlier_.waiting() > 0 ? earlier_ : pending_;
}

void SimStore::store_batch() {
  next_ = binance::kNever;
  PendingRows& rows = next_rows();
  std::vector<MinuteRow> batch = rows.take_batch(kBatch);
  if (batch.empty()) {
    behind_since_.reset();
    return;
  }
  if (stands_) {
    rows.give_back(std::move(batch));
    next_ = now_ + kRetry;
    return;
  }
  if (const auto done = store_->upsert(batch); !done) find_(now_, done.error().message);
  rows.stored();
  for (const MinuteRow& row : batch) note_stored(row);
  if (is_idle()) {
    behind_since_.reset();
  } else {
    next_ = now_;
  }
  if (random_.one_in(kCorrectedOneIn)) correct_one();
}

void SimStore::note_stored(const MinuteRow& row) {
  const auto [next, is_first] = next_of_.try_emplace(row.symbol(), row.sample_time());
  if (next->second != row.sample_time()) {
    find_(now_, fmt::format("{}: the row of {} is stored where that of {} is next", row.symbol(),
                            to_iso8601(row.sample_time()), to_iso8601(next->second)));
  }
  next->second = row.sample_time() + kMinute;
  confirmed_.insert_or_assign(key_of(row), row);
  first_.insert_or_assign(key_of(row), row);
}

// As a merge of two collectors' rows does, of which no recording knows.
void SimStore::correct_one() {
  const auto which = random_.below(static_cast<std::int64_t>(confirmed_.size()));
  MinuteRow row = std::next(confirmed_.begin(), which)->second;
  row.values[updates_column_] = random_.below(1'000'000);
  if (const auto done = store_->upsert({&row, 1}); !done) find_(now_, done.error().message);
  confirmed_.insert_or_assign(key_of(row), std::move(row));
}

void SimStore::deliver_all() {
  const auto is_done = [this] {
    return next_ == binance::kNever && std::ranges::all_of(feeders_, [](const auto& one) { return one->has_all(); });
  };
  for (int steps = 0; steps < kMostSteps; ++steps) {
    work(next_deadline());
    if (is_done()) return;
  }
  find_(now_, "rows come to no end");
}

void SimStore::end_run(UnixNanos now) {
  now_ = now;
  stands_ = false;
  for (const auto& sink : sinks_) sink->set({});
  deliver_all();
  const auto rows = store_->rows({});
  const auto rejected = rejected_rows(path_);
  if (!rows || !rejected) return find_(now, "acts.db cannot be read");
  check_store(*rows);
  for (const auto& feeder : feeders_) check_sink(*feeder, *rows, *rejected);
}

void SimStore::check_recorded(const std::string& symbol, std::span<const MinuteRow> recorded) {
  const auto is_excused = [&](const MinuteRow& row) { return excused_.contains({symbol, row.sample_time()}); };
  std::map<UnixNanos, const MinuteRow*> stored;
  for (const auto& [key, row] : first_) {
    if (row.symbol() == symbol && !is_excused(row)) stored[row.sample_time()] = &row;
  }
  for (const MinuteRow& row : recorded) {
    if (is_excused(row)) continue;
    const auto found = stored.find(row.sample_time());
    if (found == stored.end()) {
      return find_(row.sample_time(), fmt::format("{}: the recording gives a row that is not stored", symbol));
    }
    if (!(*found->second == row)) {
      std::string both;
      append_csv(both, schema_, *found->second);
      append_csv(both, schema_, row);
      return find_(row.sample_time(),
                   fmt::format("{}: another row is stored than the recording gives:\n{}", symbol, both));
    }
    stored.erase(found);
  }
  if (!stored.empty())
    find_(stored.begin()->first, fmt::format("{}: the recording does not give {} of its rows", symbol, stored.size()));
}

std::string SimStore::rows_text() const {
  std::string text;
  for (const auto& [key, row] : first_) append_csv(text, schema_, row);
  return text;
}

void SimStore::check_store(const std::vector<MinuteRow>& rows) {
  std::size_t lost = confirmed_.size();
  for (const MinuteRow& row : rows) {
    const auto found = confirmed_.find(key_of(row));
    if (found == confirmed_.end() || !(found->second == row)) {
      return find_(now_, fmt::format("{} {}: acts.db has a row that was not written so", row.symbol(),
                                     to_iso8601(row.sample_time())));
    }
    --lost;
  }
  if (lost > 0) find_(now_, fmt::format("{} rows that were stored are gone", lost));
}

void SimStore::check_sink(SimFeeder& feeder, const std::vector<MinuteRow>& rows,
                          const std::vector<RejectedRow>& rejected) {
  const auto there = feeder.sink().read("", "");
  std::vector<MinuteRow> expected;
  std::size_t refused = 0;
  for (const MinuteRow& row : rows) {
    feeder.sink().refuses(row) ? static_cast<void>(++refused) : expected.push_back(row);
  }
  const auto aside = static_cast<std::size_t>(std::ranges::count(rejected, feeder.name(), &RejectedRow::sink));
  if (aside != refused)
    find_(now_, fmt::format("{}: {} of {} refused rows are set aside", feeder.name(), aside, refused));
  if (*there != expected) {
    find_(now_, fmt::format("{}: has {} rows that are not the {} it should have", feeder.name(), there->size(),
                            expected.size()));
  }
  delivered_ += there->size();
  refused_ += aside;
}

std::uint64_t SimStore::unanswered() const {
  std::uint64_t sum = 0;
  for (const auto& sink : sinks_) sum += sink->counts().unanswered;
  return sum;
}

std::uint64_t SimStore::failures() const {
  std::uint64_t sum = 0;
  for (const auto& feeder : feeders_) sum += feeder->failures();
  return sum;
}

}  // namespace acts::sim
