// One store out of two collectors' rows. Pure.
#pragma once

#include <cstdint>

#include "acts/features/row.hpp"

namespace acts {

// The columns of `first`, then those of `second` that it does not have (null in its rows). A column of both with
// different types: the first one's type.
RowSchema united(const RowSchema& first, const RowSchema& second);
// The row in other columns, found by their names; what it does not have, or has of another type, is null.
MinuteRow in_columns(const MinuteRow& row, const RowSchema& from, const RowSchema& to);

// How far a row is to be trusted, by its state: live, halted, stale, suspect, syncing, none or another, from the best
// on; larger is better.
int trust_of(const MinuteRow& row, const RowSchema& schema);

enum class Choice : std::uint8_t {
  kSame,    // equal
  kFirst,   // they differ, and the second one's state is not better
  kSecond,  // they differ, and it is
};
// Of two rows with the same key and columns.
Choice choose(const MinuteRow& first, const MinuteRow& second, const RowSchema& schema);

}  // namespace acts
