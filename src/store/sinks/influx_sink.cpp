// InfluxDB 1.x and 2.x: line protocol. A number is a double there, so that exact decimals are string fields; times are
// milliseconds. A 400 (or 422) for one line still stores the lines around it. What is written again overwrites field by
// field: a point that has a value which has become unknown is therefore deleted before it is written again.
//
// A point is its tags and its time, and every value that a tag ever has makes a series, which the server keeps in
// memory: prices, or a level's place in its side, would make millions. So a level has the tags venue, symbol and side
// only, and its place is in its time: the n-th from the best lies n nanoseconds behind the book's millisecond.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "acts/base/ratio.hpp"

#include "store/book_level.hpp"
#include "store/sinks/csv_text.hpp"
#include "store/sinks/http_call.hpp"
#include "store/sinks/influx_answer.hpp"
#include "store/sinks/sink.hpp"
#include "store/sinks/sink_text.hpp"
#include "store/sinks/sink_uri.hpp"

namespace acts {
namespace {

std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.contains(c)) out += '\\';
    out += c;
  }
  return out;
}

struct FieldText {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(const std::string& text) const { return '"' + escaped(text, "\"\\") + '"'; }
  std::string operator()(UnixNanos time) const { return fmt::format("{}i", to_unix_millis(time)); }
  std::string operator()(const Decimal& number) const { return '"' + to_string(number) + '"'; }
  std::string operator()(double ratio) const { return shortest_text(ratio); }
  std::string operator()(std::int64_t count) const { return fmt::format("{}i", count); }
};

constexpr std::int64_t kNanosOfMilli = 1'000'000;

// Of a level: where it lies; nothing if it would be in the next millisecond.
std::optional<std::int64_t> level_nanos(const MinuteRow& row) {
  const std::int64_t level = std::get<std::int64_t>(row.values[index_of(BookColumn::kLevel)]);
  if (level < 0 || level >= kNanosOfMilli) return std::nullopt;
  return std::get<UnixNanos>(row.values[index_of(BookColumn::kBookTime)]).value + level;
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
    case 422: return ErrorCode::kBadInput;  // InfluxDB 2, for points outside the bucket's retention
    case 401:
    case 403: return ErrorCode::kRefused;
    default: return ErrorCode::kRetry;  // 404 among them: the database is made by the next open()
  }
}

class InfluxSink final : public Sink {
 public:
  InfluxSink(const SinkSettings& settings, SinkContent content, SinkLimits limits)
      : settings_(settings),
        layout_(layout_of(settings, content)),
        uri_(split_uri(settings.uri)),
        is_version_2_(!settings.organization.empty()),
        http_(is_version_2_ ? "" : url_decoded(uri_.user), is_version_2_ ? "" : settings.password, std::move(limits)) {}

  Result<std::vector<std::string>> open(const RowSchema& schema) override;
  Result<std::vector<Refusal>> write(std::span<const MinuteRow> rows) override;
  Result<std::vector<MinuteRow>> read(const std::string& venue, const std::string& symbol) override;
  Result<void> remove(const std::string& venue, const std::string& symbol) override;
  [[nodiscard]] std::string target() const override {
    return fmt::format("{}, measurement {}", shown(uri_), layout_.table);
  }

 private:
  [[nodiscard]] std::string address(std::string_view path) const {
    return fmt::format("{}://{}{}", uri_.scheme, uri_.hosts, path);
  }
  void authorize(HttpCall& call) const {
    if (is_version_2_) call.headers.push_back("Authorization: Token " + settings_.password);
  }
  Result<std::string> post(HttpCall call);
  Result<HttpAnswer> get(std::string_view path);
  Result<std::vector<std::string>> make_database();
  Result<std::vector<std::string>> make_bucket();
  Result<std::string> organization_id();
  Result<std::string> query(const std::string& influx_ql, bool as_csv = false);
  // "": done; else why InfluxDB cannot hold it.
  std::string append_line(std::string& lines, const MinuteRow& row) const;
  // By series, then time: neighbours are asked for together.
  using RowsByKey = std::map<std::tuple<std::string, std::string, std::int64_t>, const MinuteRow*>;
  Result<void> delete_outdated(std::span<const MinuteRow> rows);
  [[nodiscard]] std::string point_filter(const std::string& venue, const std::string& symbol, std::int64_t first,
                                         std::int64_t last) const;
  [[nodiscard]] std::string question_of(const RowsByKey& lacking) const;
  Result<void> delete_points(const std::vector<const MinuteRow*>& rows);
  Result<void> delete_between(const std::string& venue, const std::string& symbol, std::string_view start,
                              std::string_view stop);
  [[nodiscard]] bool is_of_books() const { return layout_.content == SinkContent::kBooks; }
  // Of the times it is told and tells.
  [[nodiscard]] std::string_view precision() const { return is_of_books() ? "ns" : "ms"; }
  // Text of the point's time and of its place in it.
  [[nodiscard]] std::string value_text(const Column& column, const std::vector<std::string>& header,
                                       const std::vector<std::string>& values) const;
  [[nodiscard]] Result<MinuteRow> row_of(const std::vector<std::string>& header,
                                         const std::vector<std::string>& values) const;

  SinkSettings settings_;
  SinkLayout layout_;
  SinkUri uri_;
  bool is_version_2_;
  HttpCaller http_;
  RowSchema schema_;
};

Result<std::string> InfluxSink::post(HttpCall call) {
  authorize(call);
  auto answer = http_.post(call);
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (answer->status / 100 == 2) return std::move(answer->body);
  return fail(code_of(answer->status), fmt::format("{} (status {})", one_line(answer->body), answer->status));
}

Result<std::string> InfluxSink::query(const std::string& influx_ql, bool as_csv) {
  auto answer = post({.url = address(fmt::format("/query?epoch={}&db={}", precision(), url_encoded(uri_.database))),
                      .headers = {"Content-Type: application/x-www-form-urlencoded",
                                  as_csv ? "Accept: application/csv" : "Accept: application/json"},
                      .body = "q=" + url_encoded(influx_ql)});
  // What cannot be done is an answer with status 200.
  if (answer && !as_csv && answer->contains("\"error\":")) return fail(ErrorCode::kRefused, one_line(*answer));
  if (!answer && answer.error().code == ErrorCode::kBadInput) answer.error().code = ErrorCode::kRefused;
  return answer;
}

Result<HttpAnswer> InfluxSink::get(std::string_view path) {
  HttpCall call{.url = address(path), .headers = {"Accept: application/json"}, .body = {}};
  authorize(call);
  return http_.get(call);
}

Result<std::vector<std::string>> InfluxSink::open(const RowSchema& schema) {
  schema_ = schema;
  http_.close();
  return is_version_2_ ? make_bucket() : make_database();
}

Result<std::vector<std::string>> InfluxSink::make_database() {
  const auto databases = query("SHOW DATABASES", true);
  if (!databases) return std::unexpected(databases.error());
  for (const auto& line : csv_lines(*databases)) {
    if (!line.empty() && line.back() == uri_.database) return std::vector<std::string>{};
  }
  const auto done = query(fmt::format("CREATE DATABASE \"{}\"", escaped(uri_.database, "\"\\")));
  if (!done) return std::unexpected(done.error());
  return std::vector{fmt::format("made database {}", uri_.database)};
}

// A token sees what it may read: one of this bucket alone sees no organization, and needs none.
// (docs.influxdata.com/influxdb/v2/api, buckets and organizations, read 2026-11-27.)
Result<std::vector<std::string>> InfluxSink::make_bucket() {
  const auto buckets = get(
      fmt::format("/api/v2/buckets?org={}&name={}", url_encoded(settings_.organization), url_encoded(uri_.database)));
  if (!buckets) return std::unexpected(buckets.error());
  if (buckets->status == 200 && json_text(buckets->body, "buckets.0.id")) return std::vector<std::string>{};
  // One that is not there is an empty list, or 404.
  if (buckets->status != 200 && buckets->status != 404) {
    return fail(code_of(buckets->status), fmt::format("{} (status {})", one_line(buckets->body), buckets->status));
  }
  const auto organization = organization_id();
  if (!organization) return std::unexpected(organization.error());
  std::string body = R"({"orgID":)";
  append_json_text(body, *organization);
  append_json_text(body += R"(,"name":)", uri_.database);
  auto made = post({.url = address("/api/v2/buckets"),
                    .headers = {"Content-Type: application/json"},
                    .body = body + R"(,"retentionRules":[]})"});
  if (made) return std::vector{fmt::format("made bucket {}", uri_.database)};
  if (made.error().code == ErrorCode::kRetry) return std::unexpected(std::move(made.error()));
  return fail(ErrorCode::kRefused,
              fmt::format("bucket {} is not there for this token, which may not make it: make it, or let the token "
                          "read and write it: {}",
                          uri_.database, made.error().message));
}

Result<std::string> InfluxSink::organization_id() {
  const auto found = get("/api/v2/orgs?org=" + url_encoded(settings_.organization));
  if (!found) return std::unexpected(found.error());
  if (found->status / 100 == 5 || found->status == 429) {
    return fail(ErrorCode::kRetry, fmt::format("{} (status {})", one_line(found->body), found->status));
  }
  auto id = found->status == 200 ? json_text(found->body, "orgs.0.id") : std::nullopt;
  if (id) return std::move(*id);
  return fail(ErrorCode::kRefused,
              fmt::format("this token sees neither bucket {} nor organization {}: check both names, and let the token "
                          "read and write the bucket",
                          uri_.database, settings_.organization));
}

std::string InfluxSink::append_line(std::string& lines, const MinuteRow& row) const {
  constexpr std::string_view kTagSpecial = ", =";
  std::string tags;
  std::string fields;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const std::string name = escaped(schema_.columns[i].name, kTagSpecial);
    const bool is_tag = i < 2 || (is_of_books() && i == index_of(BookColumn::kSide));
    const bool is_time = i == 2 || (is_of_books() && i == index_of(BookColumn::kLevel));
    if (is_tag) tags += fmt::format(",{}={}", name, escaped(std::get<std::string>(row.values[i]), kTagSpecial));
    if (is_tag || is_time || std::holds_alternative<std::monostate>(row.values[i])) continue;
    fields += fmt::format("{}{}={}", fields.empty() ? "" : ",", name, std::visit(FieldText{}, row.values[i]));
  }
  if (fields.empty()) return "every value is unknown: InfluxDB holds no empty point";
  const auto time = is_of_books() ? level_nanos(row) : std::optional(to_unix_millis(row.sample_time()));
  if (!time) return fmt::format("level: a millisecond of InfluxDB has room for {} a side", kNanosOfMilli);
  lines += fmt::format("{}{} {} {}\n", layout_.table, tags, fields, *time);
  return {};
}

Result<std::vector<Refusal>> InfluxSink::write(std::span<const MinuteRow> rows) {
  HttpCall call{.url = {}, .headers = {"Content-Type: text/plain; charset=utf-8"}, .body = {}, .compress = true};
  call.url = is_version_2_
                 ? address(fmt::format("/api/v2/write?org={}&bucket={}&precision={}",
                                       url_encoded(settings_.organization), url_encoded(uri_.database), precision()))
                 : address(fmt::format("/write?db={}&precision={}", url_encoded(uri_.database), precision()));
  std::vector<Refusal> refusals;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::string reason = append_line(call.body, rows[i]); !reason.empty()) {
      refusals.push_back({i, std::move(reason)});
    }
  }
  if (auto deleted = delete_outdated(rows); !deleted) return std::unexpected(std::move(deleted.error()));
  if (call.body.empty()) return refusals;
  const auto done = post(std::move(call));
  if (!done) return std::unexpected(done.error());
  return refusals;
}

// Only rows that lack a value can be ahead of what is there, and only in what they lack. Levels of books lack none.
Result<void> InfluxSink::delete_outdated(std::span<const MinuteRow> rows) {
  if (is_of_books()) return {};
  RowsByKey lacking;
  for (const MinuteRow& row : rows) {
    if (std::ranges::find(row.values, Value{}) == row.values.end()) continue;
    lacking[{row.venue(), row.symbol(), to_unix_millis(row.sample_time())}] = &row;
  }
  if (lacking.empty()) return {};
  const auto text = query(question_of(lacking), true);
  if (!text) return std::unexpected(text.error());
  std::vector<const MinuteRow*> outdated;
  std::vector<std::string> header;
  for (const std::vector<std::string>& line : csv_lines(*text)) {
    if (line.size() > 1 && line[0] == "name" && line[1] == "tags") {
      header = line;  // each statement's answer has one
      continue;
    }
    const auto there = row_of(header, line);
    if (!there) return std::unexpected(there.error());
    if (std::ranges::count(std::span(there->values).first(layout_.key_columns), Value{}) > 0) {
      return fail(ErrorCode::kRetry, fmt::format("an answer without points: {}", one_line(*text)));
    }
    const auto row = lacking.find({there->venue(), there->symbol(), to_unix_millis(there->sample_time())});
    if (row == lacking.end()) continue;
    for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
      if (row->second->values[i] != Value{} || there->values[i] == Value{}) continue;
      outdated.push_back(row->second);
      break;
    }
  }
  return outdated.empty() ? Result<void>() : delete_points(outdated);
}

std::string InfluxSink::point_filter(const std::string& venue, const std::string& symbol, std::int64_t first,
                                     std::int64_t last) const {
  return fmt::format("FROM \"{}\" WHERE venue = '{}' AND symbol = '{}' AND time >= {}ms AND time <= {}ms",
                     escaped(layout_.table, "\"\\"), escaped(venue, "'\\"), escaped(symbol, "'\\"), first, last);
}

// A statement for each run of minutes of a series, so that an answer is never longer than what is to be written.
std::string InfluxSink::question_of(const RowsByKey& lacking) const {
  std::string fields = "venue, symbol";
  for (std::size_t i = 3; i < schema_.columns.size(); ++i) {
    const auto lacks = [i](const auto& row) { return row.second->values[i] == Value{}; };
    if (std::ranges::any_of(lacking, lacks)) fields += fmt::format(", \"{}\"", schema_.columns[i].name);
  }
  constexpr std::int64_t kMinuteMillis = kMinute / std::chrono::milliseconds{1};
  std::string question;
  for (auto at = lacking.begin(); at != lacking.end();) {
    const auto& [venue, symbol, first] = at->first;
    std::int64_t last = first;
    for (++at; at != lacking.end() && at->first == std::tuple(venue, symbol, last + kMinuteMillis); ++at) {
      last += kMinuteMillis;
    }
    question += fmt::format("SELECT {} {};", fields, point_filter(venue, symbol, first, last));
  }
  return question;
}

Result<void> InfluxSink::delete_points(const std::vector<const MinuteRow*>& rows) {
  std::string statements;
  for (const MinuteRow* row : rows) {
    const std::int64_t time = to_unix_millis(row->sample_time());
    if (!is_version_2_) {
      statements += fmt::format("DELETE {};", point_filter(row->venue(), row->symbol(), time, time));
      continue;
    }
    // No other row lies within a millisecond, whether the end counts or not.
    const auto done = delete_between(row->venue(), row->symbol(), to_iso8601(row->sample_time()),
                                     to_iso8601(row->sample_time() + std::chrono::milliseconds{1}));
    if (!done) return done;
  }
  if (statements.empty()) return {};
  const auto done = query(statements);
  return done ? Result<void>() : std::unexpected(done.error());
}

Result<void> InfluxSink::delete_between(const std::string& venue, const std::string& symbol, std::string_view start,
                                        std::string_view stop) {
  std::string body = fmt::format(R"({{"start":"{}","stop":"{}","predicate":)", start, stop);
  append_json_text(body, fmt::format(R"(_measurement="{}" AND venue="{}" AND symbol="{}")", layout_.table,
                                     escaped(venue, "\"\\"), escaped(symbol, "\"\\")));
  const auto done = post({.url = address(fmt::format("/api/v2/delete?org={}&bucket={}",
                                                     url_encoded(settings_.organization), url_encoded(uri_.database))),
                          .headers = {"Content-Type: application/json"},
                          .body = body + "}"});
  if (done) return {};
  // What is wrong is the request, not a row.
  const bool is_bad = done.error().code == ErrorCode::kBadInput;
  return fail(is_bad ? ErrorCode::kRefused : done.error().code, done.error().message);
}

std::string InfluxSink::value_text(const Column& column, const std::vector<std::string>& header,
                                   const std::vector<std::string>& values) const {
  const bool is_place = is_of_books() && column.name == "level";
  const bool is_time = is_place || column.name == layout_.time_column;
  const auto found = std::ranges::find(header, is_time ? "time" : column.name);
  const auto index = static_cast<std::size_t>(found - header.begin());
  // No column: no row has that value.
  std::string text = index < values.size() ? values[index] : "";
  if (!is_of_books() || !is_time) return text;
  std::int64_t nanos = 0;
  std::from_chars(text.data(), text.data() + text.size(), nanos);
  return std::to_string(is_place ? nanos % kNanosOfMilli : nanos / kNanosOfMilli);
}

Result<MinuteRow> InfluxSink::row_of(const std::vector<std::string>& header,
                                     const std::vector<std::string>& values) const {
  MinuteRow row;
  for (const Column& column : schema_.columns) {
    const std::string text = value_text(column, header, values);
    auto value = text.empty() ? Result<Value>(Value{}) : parse_value(column, text);
    if (!value) return std::unexpected(std::move(value.error()));
    row.values.push_back(std::move(*value));
  }
  return row;
}

Result<std::vector<MinuteRow>> InfluxSink::read(const std::string& venue, const std::string& symbol) {
  const auto text =
      query(fmt::format("SELECT * FROM \"{}\" WHERE venue =~ /{}/ AND symbol =~ /{}/", escaped(layout_.table, "\"\\"),
                        venue.empty() ? ".*" : "^" + escaped(venue, "/.\\") + "$",
                        symbol.empty() ? ".*" : "^" + escaped(symbol, "/.\\") + "$"),
            true);
  if (!text) return std::unexpected(text.error());
  const auto lines = csv_lines(*text);
  std::vector<MinuteRow> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto row = row_of(lines[0], lines[i]);
    if (!row) return std::unexpected(std::move(row.error()));
    rows.push_back(std::move(*row));
  }
  return rows;
}

Result<void> InfluxSink::remove(const std::string& venue, const std::string& symbol) {
  if (is_version_2_) return delete_between(venue, symbol, "1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z");
  const auto done = query(fmt::format("DELETE FROM \"{}\" WHERE venue = '{}' AND symbol = '{}'",
                                      escaped(layout_.table, "\"\\"), escaped(venue, "'\\"), escaped(symbol, "'\\")));
  return done ? Result<void>() : std::unexpected(done.error());
}

}  // namespace

std::unique_ptr<Sink> make_influx_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits) {
  return std::make_unique<InfluxSink>(settings, content, std::move(limits));
}

}  // namespace acts
