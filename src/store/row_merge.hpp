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
  kFirst,   // they differ, and the first one is to be taken
  kSecond,  // they differ, and the second one is
};
// Of two rows with the same key and columns the one of the better state; then with less time without sync (gap_ms);
// then with the larger coverage; then with more values known; then with more updates; then the one whose text, columns
// in the order of their names, comes first. Whichever is called the first: so stores that are merged into each other,
// in any order, end with the same rows.
Choice choose(const MinuteRow& first, const MinuteRow& second, const RowSchema& schema);

}  // namespace acts
