#include "history/certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace acts::history {
namespace {

using nlohmann::json;

constexpr int kForm = 1;  // of the document; grows with every change of what is in it
constexpr std::int64_t kMinutesADay = 1440;

// Nanoseconds are no exact doubles: as text.
json time_text(UnixNanos time) { return std::to_string(time.value); }

template <typename T, typename Form>
json optional(const std::optional<T>& value, Form form) {
  return value ? json(form(*value)) : json(nullptr);
}

json id_text(UpdateId id) { return std::to_string(id.value()); }

json json_of(const DepthGap& gap) {
  return {{"cause", gap.cause},
          {"received_ns", time_text(gap.at)},
          {"before_received_ns", optional(gap.received_before, time_text)},
          {"last_update_id_before", id_text(gap.last_before)},
          {"first_update_id_after", optional(gap.first_after, id_text)},
          {"healed_ns", optional(gap.healed_at, time_text)},
          {"healed_by_snapshot", optional(gap.snapshot, id_text)}};
}

json json_of(const SegmentFacts& segment) {
  json out{{"file", segment.file},
           {"bytes", segment.bytes},
           {"sha256", segment.sha256},
           {"index_sha256", segment.index_sha256}};
  if (!segment.lost.empty()) out["lost"] = segment.lost;
  return out;
}

json json_of(const RowGap& gap) {
  return {{"first", to_iso8601(gap.first)},
          {"last", to_iso8601(gap.last)},
          {"minutes", gap.minutes()},
          {"state", gap.state},
          {"reason", gap.reason}};
}

json json_of(const AuditCounts& audits) {
  return {{"match", audits.match}, {"drift", audits.drift}, {"ghost", audits.ghost}, {"missed", audits.missed}};
}

template <typename Items>
json array_of(const Items& items) {
  json array = json::array();
  for (const auto& item : items) array.push_back(json_of(item));
  return array;
}

json minutes_of(const RowFacts& rows) {
  std::int64_t not_running = 0;
  for (const RowGap& gap : rows.not_live) {
    if (gap.reason == "not_running") not_running += gap.minutes();
  }
  return {{"expected", kMinutesADay},
          {"present", rows.present},
          {"live", rows.live},
          {"live_share", static_cast<double>(rows.live) / kMinutesADay},
          {"missing", kMinutesADay - rows.present},
          {"not_running", not_running},
          {"by_state", rows.states},
          {"by_reason", rows.reasons}};
}

class Comparison {
 public:
  void compare(const json& says, const json& is, const std::string& place) {
    if (says.is_object() && is.is_object()) return compare_objects(says, is, place);
    if (says.is_array() && is.is_array()) return compare_arrays(says, is, place);
    if (says != is) note(place, shown(says), shown(is));
  }
  std::vector<std::string> take() {
    if (more_ > 0) lines_.push_back(fmt::format("and {} more", more_));
    return std::move(lines_);
  }

 private:
  static std::string shown(const json& value) {
    constexpr std::size_t kMostShown = 100;
    std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > kMostShown) text = text.substr(0, kMostShown) + "...";
    return text;
  }
  void compare_objects(const json& says, const json& is, const std::string& place) {
    std::set<std::string> keys;
    for (const json* object : {&says, &is}) {
      for (auto at = object->begin(); at != object->end(); ++at) keys.insert(at.key());
    }
    for (const std::string& key : keys) {
      const std::string below = fmt::format("{}/{}", place, key);
      compare_member(says.contains(key) ? &says.at(key) : nullptr, is.contains(key) ? &is.at(key) : nullptr, below);
    }
  }
  void compare_arrays(const json& says, const json& is, const std::string& place) {
    for (std::size_t i = 0; i < std::max(says.size(), is.size()); ++i) {
      compare_member(i < says.size() ? &says[i] : nullptr, i < is.size() ? &is[i] : nullptr,
                     fmt::format("{}/{}", place, i));
    }
  }
  void compare_member(const json* says, const json* is, const std::string& place) {
    if (says != nullptr && is != nullptr) return compare(*says, *is, place);
    note(place, says != nullptr ? shown(*says) : "nothing", is != nullptr ? shown(*is) : "not there");
  }
  void note(const std::string& place, const std::string& says, const std::string& is) {
    if (lines_.size() == kMostDifferences) {
      ++more_;
    } else {
      lines_.push_back(fmt::format("{}: says {}, is {}", place, says, is));
    }
  }

  std::vector<std::string> lines_;
  std::size_t more_ = 0;
};

}  // namespace

json certificate_document(const CertificateKey& key, const RecordingFacts& recording, const RowFacts& rows,
                          bool is_partial, const std::optional<std::string>& previous) {
  json document{{"acts_certificate", kForm},
                {"venue", to_string(key.venue)},
                {"symbol", key.symbol},
                {"date", key.date()},
                {"partial", is_partial},
                {"previous", previous ? json(*previous) : json(nullptr)},
                {"minutes", minutes_of(rows)},
                {"not_live", array_of(rows.not_live)},
                {"gaps", {{"count", recording.gap_count}, {"listed", array_of(recording.gaps)}}},
                {"recording",
                 {{"messages", recording.messages},
                  {"messages_refused", recording.refused},
                  {"depth_updates", recording.updates},
                  {"snapshots_merged", recording.snapshots},
                  {"unreadable", recording.unreadable},
                  {"segments", array_of(recording.segments)}}},
                {"rows", {{"columns", rows.columns}, {"sha256", rows.sha256}}}};
  if (recording.audits) document["audits"] = json_of(*recording.audits);
  return document;
}

std::vector<std::string> differences(const json& says, const json& is) {
  Comparison comparison;
  comparison.compare(says, is, "");
  return comparison.take();
}

}  // namespace acts::history
