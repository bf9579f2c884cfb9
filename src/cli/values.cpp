#include "cli/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace acts::cli {

Result<void> set_bands(BandList& bands, const Values& values) {
  Result<BandList> list = BandList::parse(fmt::format("{}", fmt::join(values, ",")));
  if (!list) return std::unexpected(list.error());
  bands = std::move(*list);
  return {};
}

Result<void> set_venue(Venue& venue, const Values& values) {
  const Result<Venue> parsed = parse_venue(values[0]);
  if (!parsed) return std::unexpected(parsed.error());
  venue = *parsed;
  return {};
}

Result<void> set_positive_duration(Nanos& duration, const Values& values) {
  const Result<Nanos> parsed = parse_positive_duration(values[0]);
  if (!parsed) return std::unexpected(parsed.error());
  duration = *parsed;
  return {};
}

}  // namespace acts::cli
