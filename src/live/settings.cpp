#include "live/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "binance/streams.hpp"
#include "binance/venue_facts.hpp"

namespace acts {

int limit_of(const CollectSettings& settings, Venue venue) {
  return std::min(settings.limit, binance::limits(venue).largest_depth_limit);
}

Result<std::vector<std::string>> streams_of(const CollectSettings& settings, Venue venue) {
  std::vector<std::string> streams;
  for (const std::string& stream : settings.streams) {
    if (binance::parse_stream_type(venue, stream)) streams.push_back(stream);
  }
  if (!streams.empty() || settings.streams.empty()) return streams;
  return fail(ErrorCode::kUsage, fmt::format("{} has none of {}", to_string(venue), fmt::join(settings.streams, ", ")));
}

std::vector<std::string> keys_that_need_a_restart(const CollectSettings& running, const CollectSettings& wanted,
                                                  std::span<const Venue> venues) {
  std::vector<std::string> keys;
  const auto compare = [&keys](std::string key, bool same) {
    if (!same) keys.push_back(std::move(key));
  };
  compare("data_dir", running.data_dir == wanted.data_dir);
  compare("bands", running.bands == wanted.bands);
  compare("limit", running.limit == wanted.limit);
  compare("update_interval", running.update_interval == wanted.update_interval);
  compare("refresh_interval", running.refresh_interval == wanted.refresh_interval);
  compare("audit_interval", running.audit_interval == wanted.audit_interval);
  compare("streams", running.streams == wanted.streams);
  compare("record", running.record == wanted.record);
  compare("checkpoint_interval", running.checkpoint_interval == wanted.checkpoint_interval);
  compare("full_book_at", running.full_book_at == wanted.full_book_at);
  compare("keep_recordings", running.keep_recordings.age == wanted.keep_recordings.age);
  compare("keep_recordings_bytes", running.keep_recordings.bytes == wanted.keep_recordings.bytes);
  compare("keep_rows", running.keep_rows.age == wanted.keep_rows.age);
  compare("keep_rows_bytes", running.keep_rows.bytes == wanted.keep_rows.bytes);
  compare("keep_rejected", running.keep_rows.rejected_age == wanted.keep_rows.rejected_age);
  compare("keep_books", running.keep_books.age == wanted.keep_books.age);
  compare("keep_books_bytes", running.keep_books.bytes == wanted.keep_books.bytes);
  compare("ca_file", running.ca_file == wanted.ca_file);
  compare("metrics", running.serve_metrics == wanted.serve_metrics && running.metrics == wanted.metrics);
  compare("alert_webhook", running.alerts.webhook == wanted.alerts.webhook);
  compare("alert_command", running.alerts.command == wanted.alerts.command);
  compare("alert_no_data_after", running.alerts.no_data_after == wanted.alerts.no_data_after);
  compare("alert_gap_after", running.alerts.gap_after == wanted.alerts.gap_after);
  compare("alert_repeat_interval", running.alerts.repeat_interval == wanted.alerts.repeat_interval);
  compare("sinks", running.sinks == wanted.sinks);
  compare("duration", running.duration == wanted.duration);
  compare("stale_after", running.stale_after == wanted.stale_after);
  compare("connections", running.connections == wanted.connections);
  compare("lines", running.lines == wanted.lines);
  for (const Venue venue : venues) {
    const VenueAddresses& ours = running.addresses_of(venue);
    const VenueAddresses& theirs = wanted.addresses_of(venue);
    compare(fmt::format("venues.{}.rest_url", to_string(venue)), ours.rest_url == theirs.rest_url);
    compare(fmt::format("venues.{}.stream_url", to_string(venue)), ours.stream_url == theirs.stream_url);
  }
  return keys;
}

}  // namespace acts
