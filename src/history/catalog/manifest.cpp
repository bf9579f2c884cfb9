#include "history/catalog/manifest.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <set>
#include <tuple>
#include <utility>

#include "history/canonical_json.hpp"
#include "history/import/time_format.hpp"
#include "history/signature.hpp"

namespace acts::history {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kDigestDigits = 64;

// As text: a double, which a JSON number is to many, does not hold every one of them.
std::string text_of(std::int64_t number) { return fmt::format("{}", number); }

json json_of(const CatalogFile& file) {
  json object{{"kind", file.set.kind->name},
              {"venue", file.set.venue},
              {"symbol", file.set.symbol},
              {"interval", file.set.interval},
              {"origin", file.set.origin},
              {"day", day_text(file.day)},
              {"decimals", file.form == DecimalForm::kWide ? "wide" : "narrow"},
              {"digest", file.digest},
              {"bytes", file.bytes},
              {"sha256", file.sha256},
              {"rows", file.rows},
              {"first_key", text_of(file.first_key)},
              {"last_key", text_of(file.last_key)},
              {"first_time", text_of(file.first_time)},
              {"last_time", text_of(file.last_time)},
              {"generation", file.generation}};
  if (file.columns != 0) object["columns"] = file.columns;
  return object;
}

json json_of(const SourceFacts& facts) {
  json object{{"rows", facts.rows},
              {"repeated", facts.repeated},
              {"gaps", facts.gaps},
              {"missing", facts.missing},
              {"zero_price", facts.zero_price},
              {"zero_volume", facts.zero_volume},
              {"early_close", facts.early_close}};
  if (facts.off_grid == 0) return object;
  object["off_grid"] = facts.off_grid;
  object["first_off_grid"] = text_of(facts.first_off_grid);
  return object;
}

std::int64_t integer_of(const json& text) {
  const auto& digits = text.get_ref<const std::string&>();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) throw json::other_error::create(501, digits, &text);
  return value;
}

std::uint64_t count_of(const json& number) {
  if (!number.is_number_unsigned()) throw json::other_error::create(502, "no count", &number);
  return number.get<std::uint64_t>();
}

// Of what older versions did not write: 0.
std::uint64_t count_if_any(const json& object, const char* name) {
  return object.contains(name) ? count_of(object.at(name)) : 0;
}

SourceFacts facts_of(const json& facts) {
  return {.rows = count_of(facts.at("rows")),
          .repeated = count_of(facts.at("repeated")),
          .gaps = count_of(facts.at("gaps")),
          .missing = count_of(facts.at("missing")),
          .zero_price = count_of(facts.at("zero_price")),
          .zero_volume = count_of(facts.at("zero_volume")),
          .early_close = count_of(facts.at("early_close")),
          .off_grid = count_if_any(facts, "off_grid"),
          .first_off_grid = facts.contains("first_off_grid") ? integer_of(facts.at("first_off_grid")) : 0};
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

CatalogFile file_of(const json& file) {
  const std::int64_t first_time = integer_of(file.at("first_time"));
  return {.set = {.kind = find_kind(file.at("kind").get_ref<const std::string&>()),
                  .venue = file.at("venue"),
                  .symbol = file.at("symbol"),
                  .interval = file.at("interval"),
                  .origin = file.at("origin")},
          .day = day_of(first_time),
          .form = file.at("decimals") == "wide" ? DecimalForm::kWide : DecimalForm::kNarrow,
          .columns = count_if_any(file, "columns"),
          .digest = file.at("digest"),
          .rows = count_of(file.at("rows")),
          .first_key = integer_of(file.at("first_key")),
          .last_key = integer_of(file.at("last_key")),
          .first_time = first_time,
          .last_time = integer_of(file.at("last_time")),
          .bytes = count_of(file.at("bytes")),
          .sha256 = file.at("sha256"),
          .generation = count_if_any(file, "generation")};
}

Manifest manifest_of(const json& document) {
  const json& source = document.at("source");
  Manifest manifest{.id = document.at("id"),
                    .code = document.at("code"),
                    .engine = document.at("engine"),
                    .source_name = source.at("name"),
                    .source_bytes = count_of(source.at("bytes")),
                    .source_sha256 = source.at("sha256"),
                    .checksum_verified = source.at("checksum_verified").get<bool>(),
                    .read_as = source.value("read_as", "archive"),
                    .has_header = source.at("has_header").get<bool>(),
                    .time_unit = {},
                    .lines = count_of(source.at("lines")),
                    .facts = facts_of(document.at("facts")),
                    .bad_rows = count_of(document.at("bad_rows")),
                    .already_there = count_of(document.at("already_there")),
                    .superseded = count_if_any(document, "superseded"),
                    .files = {},
                    .replaced = document.at("replaced").get<std::vector<std::string>>()};
  if (!source.at("time_unit").is_null()) manifest.time_unit = source.at("time_unit").get<std::string>();
  for (const json& file : document.at("files")) manifest.files.push_back(file_of(file));
  return manifest;
}

bool is_time(std::int64_t micros) { return micros >= 0 && micros < kEndTimeNanos / 1000; }

// What is wrong with it; empty: nothing. Its texts and its day become names of files.
std::string fault_of(const CatalogFile& file) {
  if (file.set.kind == nullptr) return "a file is of a kind that this version does not know";
  if (file.column_count() < first_columns_of(*file.set.kind) || file.column_count() > file.set.kind->columns.size()) {
    return "a file has columns that this version does not know";
  }
  if (!is_hex(file.digest, kDigestDigits) || !is_hex(file.sha256, kDigestDigits)) return "the sum of a file is none";
  const bool has_names =
      is_folder_value(file.set.symbol) && is_folder_value(file.set.venue) && is_folder_value(file.set.origin);
  if (!has_names) return "a file's symbol, venue or origin is none";
  if (file.set.kind->has_interval != (interval_micros(file.set.interval) >= 0)) return "a file's interval is none";
  if (!is_time(file.first_time) || !is_time(file.last_time)) return "a file's times are not of 1970 to 2199";
  // Of candles the key is their time.
  const bool has_keys = !file.set.kind->has_interval || (is_time(file.first_key) && is_time(file.last_key));
  if (!has_keys) return "a file's keys are not of 1970 to 2199";
  return {};
}

std::string fault_of(const Manifest& manifest) {
  if (!is_hex(manifest.id, kIdDigits)) return "its id is none";
  for (const CatalogFile& file : manifest.files) {
    if (std::string fault = fault_of(file); !fault.empty()) return fault;
  }
  for (const std::string& path : manifest.replaced) {
    if (!path.starts_with("kind=") || path.contains("/../") || !path.ends_with(".parquet")) {
      return fmt::format("'{}' is no path of its files", path);
    }
  }
  return {};
}

auto order_of(const CatalogFile& file) {
  const DataSet& set = file.set;
  return std::tuple(set.kind->name, std::string_view(set.venue), std::string_view(set.symbol),
                    std::string_view(set.interval), std::string_view(set.origin), file.day,
                    std::string_view(file.digest), file.generation);
}

}  // namespace

std::string CatalogFile::path() const {
  return path_of(set, day, std::string_view(digest).substr(0, kPathDigits), generation);
}

std::string path_of(const DataSet& set, std::int64_t day, std::string_view name, std::uint64_t generation) {
  if (generation > 0) return fmt::format("{}/{}-{}.parquet", set.folder(day), name, generation);
  return fmt::format("{}/{}.parquet", set.folder(day), name);
}

std::string source_id(std::string_view source_sha256, std::span<const DataSet> sets, std::string_view read_as) {
  std::string all = fmt::format("{}\n", source_sha256);
  for (const DataSet& set : sets) {
    all += fmt::format("{}\n{}\n{}\n{}\n{}\n", set.kind->name, set.venue, set.symbol, set.interval, set.origin);
  }
  // Files that were in before there were other formats are known by what they were then.
  if (read_as != "archive") all += fmt::format("{}\n", read_as);
  return sha256_of(all).substr(0, kIdDigits);
}

std::vector<CatalogFile> current_files(const std::vector<Manifest>& manifests) {
  std::set<std::string> replaced;
  for (const Manifest& manifest : manifests) replaced.insert(manifest.replaced.begin(), manifest.replaced.end());
  std::vector<CatalogFile> files;
  for (const Manifest& manifest : manifests) files.insert(files.end(), manifest.files.begin(), manifest.files.end());
  keep_current(files, std::move(replaced));
  return files;
}

void keep_current(std::vector<CatalogFile>& files, std::set<std::string> replaced) {
  // Several sources may have told the same rows: the first of them counts.
  std::erase_if(files, [&replaced](const CatalogFile& file) { return !replaced.insert(file.path()).second; });
  sort_files(files);
}

void sort_files(std::vector<CatalogFile>& files) { std::ranges::sort(files, {}, order_of); }

Result<std::string> to_json(const Manifest& manifest) {
  json files = json::array();
  for (const CatalogFile& file : manifest.files) files.push_back(json_of(file));
  const json document{{"format", kFormat},
                      {"id", manifest.id},
                      {"code", manifest.code},
                      {"engine", manifest.engine},
                      {"source",
                       {{"name", manifest.source_name},
                        {"bytes", manifest.source_bytes},
                        {"sha256", manifest.source_sha256},
                        {"checksum_verified", manifest.checksum_verified},
                        {"read_as", manifest.read_as},
                        {"has_header", manifest.has_header},
                        {"time_unit", manifest.time_unit ? json(*manifest.time_unit) : json()},
                        {"lines", manifest.lines}}},
                      {"facts", json_of(manifest.facts)},
                      {"bad_rows", manifest.bad_rows},
                      {"already_there", manifest.already_there},
                      {"superseded", manifest.superseded},
                      {"files", std::move(files)},
                      {"replaced", manifest.replaced}};
  return canonical_json(document);
}

Result<Manifest> parse_manifest(std::string_view text) {
  try {
    const json document = json::parse(text);
    if (document.at("format") != kFormat) return fail(ErrorCode::kBadInput, "it is of another version of acts");
    Manifest manifest = manifest_of(document);
    if (const std::string fault = fault_of(manifest); !fault.empty()) return fail(ErrorCode::kBadInput, fault);
    return manifest;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kBadInput,
                fmt::format("it is no manifest: {}: move it away, and import again what it told of", error.what()));
  }
}

}  // namespace acts::history
