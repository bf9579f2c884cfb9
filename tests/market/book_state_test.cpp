#include "acts/market/book_state.hpp"

#include <gtest/gtest.h>

#include <set>

namespace acts {
namespace {

TEST(BookState, NamesEveryStateAndReasonOnce) {
  EXPECT_EQ(to_string(SyncState::kSyncing), "syncing");
  EXPECT_EQ(to_string(SyncState::kSuspect), "suspect");
  EXPECT_EQ(to_string(SyncState::kInSync), "in_sync");
  std::set<std::string_view> names;
  for (const Reason reason : kAllReasons) {
    names.insert(to_string(reason));
    EXPECT_FALSE(definition_of(reason).empty()) << to_string(reason);
  }
  EXPECT_EQ(names.size(), kAllReasons.size());
}

TEST(BookState, NamesTheReasonsThatRowsPromise) {
  EXPECT_EQ(to_string(Reason::kNone), "");
  EXPECT_EQ(to_string(Reason::kNotRunning), "not_running");
  EXPECT_EQ(to_string(Reason::kSequenceGap), "sequence_gap");
  EXPECT_EQ(to_string(Reason::kCrossedBook), "crossed_book");
  EXPECT_EQ(to_string(Reason::kConnectionDown), "connection_down");
}

}  // namespace
}  // namespace acts
