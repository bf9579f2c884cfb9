#include "live/row_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "store/rows.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::minute;
using testing::small_row;

constexpr Nanos kPatience = 20s;

// What a test does with a store and learns from it.
struct Control {
  std::mutex mutex;
  std::condition_variable changed;
  bool hangs = false;
  bool fails = false;
  bool aside_fails = false;
  std::set<UnixNanos> refused;
  std::vector<MinuteRow> stored;
  std::vector<MinuteRow> aside;
  int calls = 0;
  bool gone = false;

  void set(bool Control::* what, bool value) {
    const std::scoped_lock lock(mutex);
    this->*what = value;
    changed.notify_all();
  }
  template <typename Holds>
  bool wait(Holds holds) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, holds);
  }
};

class ControlledStore final : public FeatureStore {
 public:
  explicit ControlledStore(std::shared_ptr<Control> control) : control_(std::move(control)) {}
  ~ControlledStore() override { control_->set(&Control::gone, true); }

  Result<void> upsert(std::span<const MinuteRow> rows) override {
    std::unique_lock lock(control_->mutex);
    ++control_->calls;
    control_->changed.notify_all();
    control_->changed.wait(lock, [this] { return !control_->hangs; });
    if (control_->fails) return fail(ErrorCode::kStorage, "acts.db: disk full");
    for (const MinuteRow& row : rows) {
      if (control_->refused.contains(row.sample_time())) return fail(ErrorCode::kBadInput, "acts.db: refused");
    }
    control_->stored.insert(control_->stored.end(), rows.begin(), rows.end());
    return {};
  }
  Result<void> set_aside(const MinuteRow& row, std::string_view) override {
    const std::scoped_lock lock(control_->mutex);
    if (control_->aside_fails) return fail(ErrorCode::kStorage, "acts.db: locked");
    control_->aside.push_back(row);
    return {};
  }

 private:
  std::shared_ptr<Control> control_;
};

std::vector<MinuteRow> rows_of(int from, int to) {
  std::vector<MinuteRow> rows;
  for (int i = from; i < to; ++i) rows.push_back(small_row("A", i));
  return rows;
}

class RowWriterTest : public ::testing::Test {
 protected:
  std::unique_ptr<RowWriter> make(RowWriterOptions options = {}) {
    options.retry_first = 1ms;
    options.retry_cap = 2ms;
    return std::make_unique<RowWriter>(std::make_unique<ControlledStore>(control_), options);
  }
  std::shared_ptr<Control> control_ = std::make_shared<Control>();
};

TEST_F(RowWriterTest, StoresWhatItIsGivenInItsOrder) {
  const auto writer = make();
  for (const MinuteRow& row : rows_of(0, 2500)) writer->push(row);
  EXPECT_TRUE(writer->drain(kPatience));
  EXPECT_EQ(control_->stored, rows_of(0, 2500));
  const RowWriter::Status status = writer->status();
  EXPECT_EQ(status.stored, 2500U);
  EXPECT_EQ(status.waiting, 0U);
  EXPECT_FALSE(status.waiting_age || status.attempt_age || status.lost_age);
}

TEST_F(RowWriterTest, KeepsRowsWhileTheStoreFailsAndStoresThemOnceItWorks) {
  control_->fails = true;
  const auto writer = make();
  for (const MinuteRow& row : rows_of(0, 10)) writer->push(row);
  EXPECT_TRUE(control_->wait([&] { return control_->calls >= 3; }));
  EXPECT_FALSE(writer->drain(0ns));
  const RowWriter::Status status = writer->status();
  EXPECT_EQ(status.failure, "acts.db: disk full");
  EXPECT_GE(status.failures, 2U);
  EXPECT_EQ(status.waiting, 10U);
  EXPECT_TRUE(status.waiting_age.has_value());
  control_->set(&Control::fails, false);
  EXPECT_TRUE(writer->drain(kPatience));
  EXPECT_EQ(control_->stored, rows_of(0, 10));
  EXPECT_EQ(writer->status().failure, "");
}

// One row that the store refused was given again for ever, and all others waited behind it.
TEST_F(RowWriterTest, SetsARefusedRowAsideAndGoesOn) {
  control_->refused = {minute(0), minute(617), minute(999)};
  control_->hangs = true;
  const auto writer = make();
  for (const MinuteRow& row : rows_of(0, 3000)) writer->push(row);
  control_->set(&Control::hangs, false);
  EXPECT_TRUE(writer->drain(kPatience));
  EXPECT_EQ(control_->aside, (std::vector{small_row("A", 0), small_row("A", 617), small_row("A", 999)}));
  EXPECT_EQ(control_->stored.size(), 2997U);
  EXPECT_LT(control_->calls, 120);
  const RowWriter::Status status = writer->status();
  EXPECT_EQ(status.refused, 3U);
  EXPECT_EQ(status.stored, 2997U);
  EXPECT_EQ(status.failures, 0U);
  EXPECT_THAT(status.refusal, HasSubstr("binance-spot A 2024-08-09T"));
  EXPECT_THAT(status.refusal, HasSubstr(": acts.db: refused"));
  EXPECT_TRUE(status.refused_age.has_value());
}

// The row was gone, and counted among those that were set aside.
TEST_F(RowWriterTest, KeepsARefusedRowUntilItCanBeSetAside) {
  control_->refused = {minute(3)};
  control_->aside_fails = true;
  const auto writer = make();
  for (const MinuteRow& row : rows_of(1, 4)) writer->push(row);
  constexpr int kTries = 6;  // more than it takes to find the row
  EXPECT_TRUE(control_->wait([&] { return control_->calls >= kTries; }));
  const RowWriter::Status failing = writer->status();
  EXPECT_EQ(failing.failure, "acts.db: locked");
  EXPECT_GE(failing.failures, 1U);
  EXPECT_EQ(failing.refused, 0U);
  EXPECT_EQ(failing.refusal, "");
  EXPECT_EQ(failing.waiting, 1U);
  control_->set(&Control::aside_fails, false);
  EXPECT_TRUE(writer->drain(kPatience));
  EXPECT_EQ(control_->aside, rows_of(3, 4));
  EXPECT_EQ(control_->stored, rows_of(1, 3));
  const RowWriter::Status status = writer->status();
  EXPECT_EQ(status.refused, 1U);
  EXPECT_EQ(status.lost, 0U);
  EXPECT_EQ(status.failure, "");
  EXPECT_THAT(status.refusal, HasSubstr(": acts.db: refused"));
}

TEST_F(RowWriterTest, LosesTheOldestAtItsBoundAndCountsThem) {
  control_->hangs = true;
  RowWriterOptions options;
  options.max_pending = 3;
  const auto writer = make(options);
  writer->push(small_row("A", 0));
  EXPECT_TRUE(control_->wait([&] { return control_->calls == 1; }));
  for (const MinuteRow& row : rows_of(1, 6)) writer->push(row);
  const RowWriter::Status status = writer->status();
  EXPECT_EQ(status.lost, 3U);
  EXPECT_EQ(status.waiting, 3U);
  EXPECT_TRUE(status.lost_age && status.attempt_age && status.waiting_age);
  control_->set(&Control::hangs, false);
  EXPECT_TRUE(writer->drain(kPatience));
  EXPECT_EQ(control_->stored, (std::vector{small_row("A", 0), small_row("A", 4), small_row("A", 5)}));
}

// The process waited for ever for a store that hung.
TEST_F(RowWriterTest, EndsThoughTheStoreHangs) {
  control_->hangs = true;
  auto writer = make();
  writer->push(small_row("A", 0));
  EXPECT_TRUE(control_->wait([&] { return control_->calls == 1; }));
  EXPECT_FALSE(writer->drain(1ms));
  writer.reset();
  EXPECT_FALSE(control_->gone);  // the thread still has it
  control_->set(&Control::hangs, false);
  EXPECT_TRUE(control_->wait([&] { return control_->gone; }));
}

RowSource source_of(int first, int end) {
  return [given = first, end](std::size_t max) mutable {
    const int from = given;
    given = std::min(given + static_cast<int>(max), end);
    return rows_of(from, given);
  };
}

TEST_F(RowWriterTest, StoresEarlierRowsBeforeAllOthers) {
  RowWriterOptions options;
  options.batch = 4;
  control_->hangs = true;
  const auto writer = make(options);
  writer->store_first(source_of(0, 10));
  for (const MinuteRow& row : rows_of(10, 15)) writer->push(row);
  control_->set(&Control::hangs, false);
  EXPECT_TRUE(writer->drain(kPatience));
  EXPECT_EQ(control_->stored, rows_of(0, 15));
  EXPECT_EQ(writer->status().queued, 15U);
}

// The rows of minutes that symbols had missed, added in a run, were pushed at once: more than fit in memory, and the
// oldest that waited were lost.
TEST_F(RowWriterTest, TakesEarlierRowsOfARunAsTheyAreStoredAndLosesNone) {
  RowWriterOptions options;
  options.batch = 4;
  options.max_pending = 6;
  const auto writer = make(options);
  EXPECT_TRUE(writer->drain(kPatience));
  control_->set(&Control::hangs, true);
  writer->store_first(source_of(0, 40));
  writer->store_first(source_of(40, 90));
  for (const MinuteRow& row : rows_of(90, 95)) writer->push(row);
  control_->set(&Control::hangs, false);
  EXPECT_TRUE(writer->drain(kPatience));
  EXPECT_EQ(control_->stored, rows_of(0, 95));
  EXPECT_EQ(writer->status().lost, 0U);
}

}  // namespace
}  // namespace acts
