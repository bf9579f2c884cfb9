#include "cli/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "acts/features/interval_feature.hpp"

#include "report/statistics/exact.hpp"
#include "report/statistics/returns.hpp"

namespace acts::cli {

Result<void> set_bands(BandList& bands, const Values& values) {
  if (values.size() == 1 && values[0].empty()) {
    return fail(ErrorCode::kUsage, "'' is no band: write per cents such as 1,4");
  }
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

Result<void> set_capital(Decimal& capital, const Values& values) {
  const Result<Decimal> parsed = parse_decimal(values[0]);
  if (!parsed || parsed->units < 0) {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is no amount such as 10000", values[0]));
  }
  capital = *parsed;
  return {};
}

Result<void> set_risk_free_rate(double& rate, const Values& values) {
  const Result<Decimal> parsed = parse_decimal(values[0]);
  if (!parsed) return fail(ErrorCode::kUsage, fmt::format("'{}' is no rate a year such as 0.04", values[0]));
  const double given = report::to_double(*parsed);
  if (!report::is_risk_free_rate(given)) {
    return fail(ErrorCode::kUsage, fmt::format("'{}': a rate a year is above -1, and {} at most: 0.04 is 4 %",
                                               values[0], report::kMostRiskFreeRate));
  }
  rate = given;
  return {};
}

Result<void> set_time(std::optional<UnixNanos>& target, const Values& values) {
  const auto time = parse_iso8601(values[0]);
  if (!time) return fail(ErrorCode::kUsage, time.error().message);
  target = *time;
  return {};
}

Result<void> check_period(const std::optional<UnixNanos>& from, const std::optional<UnixNanos>& to) {
  if (!from || !to || *from < *to) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("--from {} is not before --to {}: nothing lies between", to_iso8601(*from), to_iso8601(*to)));
}

Result<void> set_positive_duration(Nanos& duration, const Values& values) {
  const Result<Nanos> parsed = parse_positive_duration(values[0]);
  if (!parsed) return std::unexpected(parsed.error());
  duration = *parsed;
  return {};
}

Result<void> set_feature_levels(std::vector<std::size_t>& levels, const Values& values) {
  levels.clear();
  for (const std::string& text : values) {
    const Result<int> level = parse_integer(text, 1, static_cast<int>(IntervalFeatures::kMostLevels));
    if (!level) return std::unexpected(level.error());
    levels.push_back(static_cast<std::size_t>(*level));
  }
  return {};
}

Result<void> set_feature_horizons(std::vector<Nanos>& horizons, const Values& values) {
  horizons.clear();
  for (const std::string& text : values) {
    const Result<Nanos> horizon = parse_positive_duration(text);
    if (!horizon) return std::unexpected(horizon.error());
    horizons.push_back(*horizon);
  }
  return {};
}

Result<void> set_kept_age(std::optional<Nanos>& age, const Values& values) {
  age.reset();
  if (values[0] == kKeepAll) return {};
  const Result<Nanos> parsed = parse_positive_duration(values[0]);
  if (!parsed) return fail(ErrorCode::kUsage, fmt::format("{}, or all", parsed.error().message));
  if (*parsed < std::chrono::hours{1}) {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is less than an hour", values[0]));
  }
  age = *parsed;
  return {};
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t bytes;
  };
  static constexpr std::array<Unit, 10> kUnits{{{"", 1},
                                                {"B", 1},
                                                {"kB", 1'000},
                                                {"MB", 1'000'000},
                                                {"GB", 1'000'000'000},
                                                {"TB", 1'000'000'000'000},
                                                {"KiB", 1ULL << 10},
                                                {"MiB", 1ULL << 20},
                                                {"GiB", 1ULL << 30},
                                                {"TiB", 1ULL << 40}}};
  std::uint64_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const auto unit = std::ranges::find(kUnits, text.substr(static_cast<std::size_t>(stop - text.data())), &Unit::name);
  if (error != std::errc{} || unit == kUnits.end() || count > UINT64_MAX / unit->bytes) {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is no size such as 500GB or 20GiB", text));
  }
  return count * unit->bytes;
}

Result<void> set_kept_bytes(std::optional<std::uint64_t>& bytes, const Values& values) {
  bytes.reset();
  if (values[0] == kKeepAll) return {};
  const Result<std::uint64_t> parsed = parse_bytes(values[0]);
  if (!parsed) return fail(ErrorCode::kUsage, fmt::format("{}, or all", parsed.error().message));
  if (*parsed != 0 && *parsed < kLeastKeptBytes) {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is less than 1 MiB: add the unit, such as GB", values[0]));
  }
  bytes = *parsed;
  return {};
}

Result<void> check_directory_name(std::string_view name) {
  if (name.empty()) return fail(ErrorCode::kUsage, "the name of a directory is needed");
  if (!name.starts_with('~')) return {};
  return fail(
      ErrorCode::kUsage,
      fmt::format("'{}' begins with ~, which only a shell takes for a home directory: write that out, or ./~ for "
                  "a directory of this name",
                  name));
}

Result<ListenAddress> parse_listen_address(const std::string& text) {
  ListenAddress address;
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon == std::string::npos ? 0 : colon);
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  const std::string_view port_text = std::string_view(text).substr(colon == std::string::npos ? 0 : colon + 1);
  const Result<int> port = parse_integer(port_text, 0, 65535);
  if (!port || (!is_bracketed && host.find_first_of(":/ []") != std::string::npos)) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is not HOST:PORT: write it as 127.0.0.1:9100 or [::1]:9100", text));
  }
  if (!host.empty()) address.host = host;
  address.port = static_cast<std::uint16_t>(*port);
  return address;
}

}  // namespace acts::cli
