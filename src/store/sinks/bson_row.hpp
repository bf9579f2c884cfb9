// A document of a minute collector as a row: of ours, and of those whose collections users had before, which call
// sample_time current_time, have no venue and no symbol, and may keep numbers as doubles. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

namespace acts {

struct BsonRow {
  MinuteRow row;  // what the document does not have is not known
  // Exact columns that were doubles: the shortest decimals that give them.
  std::uint32_t from_doubles = 0;
  std::vector<std::string> unknown = {};  // its fields that the schema does not have; without _id
};

// Whose rows they are that do not say it.
struct RowOwner {
  std::string venue;
  std::string symbol;
};

// `bytes`: a whole document. Exact columns take Decimal128, whole numbers, doubles and text; times Date, and text in
// ISO 8601; ratios and counts any number that is one. Errors: kBadInput, naming the field: damaged, no current_time, a
// value that its column cannot have.
Result<BsonRow> row_of_bson(std::span<const std::uint8_t> bytes, const RowSchema& schema, const RowOwner& owner);

// "BTCUSDT" of the spot for "btc_data" (as "BTC_data"). Errors: kBadInput: another name.
Result<RowOwner> owner_of_collection(std::string_view name);

}  // namespace acts
