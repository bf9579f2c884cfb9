// Days of one set whose keys overlap: an id that the venue gave behind midnight to a trade of before, or the other way
// round. Pure.
#pragma once

#include "history/catalog/manifest.hpp"

namespace acts::history {

// Whether a row of `next`, a later day of the same set, has a key below the last one of `file`. Of kinds whose key is a
// time none has.
inline bool overlaps(const CatalogFile& file, const CatalogFile& next) {
  const bool is_later_day = file.set == next.set && file.day < next.day;
  return is_later_day && file.set.kind->time_column != 0 && next.first_key <= file.last_key;
}

}  // namespace acts::history
