#include "backtest/features/feature_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/features/feature_cells.hpp"
#include "recording/line_reader.hpp"

namespace acts::backtest {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Of lines that have something in them, with their places.
class FeatureLines {
 public:
  FeatureLines(std::unique_ptr<ByteSource> bytes, std::string name)
      : lines_(std::move(bytes), kMaxFeatureLineBytes), name_(std::move(name)) {}

  // False: there is none. The cells are valid until the next call.
  Result<bool> next(std::vector<std::string_view>& cells) {
    for (;;) {
      const auto line = lines_.next();
      if (!line) return fail(line.error().code, fmt::format("{}: {}", name_, line.error().message));
      if (!*line) return false;
      std::string_view text = **line;
      if (std::exchange(is_first_, false) && text.starts_with(kByteOrderMark))
        text.remove_prefix(kByteOrderMark.size());
      if (text.ends_with('\r')) text.remove_suffix(1);
      if (text.empty()) continue;
      if (split_feature_line(text, cells, unquoted_)) return true;
      return fail(ErrorCode::kBadInput,
                  fmt::format("{}: a quote is not closed, or no comma stands behind one: a row is one line", place()));
    }
  }
  [[nodiscard]] std::string place() const { return fmt::format("{}:{}", name_, lines_.line_number()); }

 private:
  LineReader lines_;
  std::string name_;
  std::string unquoted_;
  bool is_first_ = true;
};

class CsvFeatureRows final : public FeatureRows {
 public:
  CsvFeatureRows(std::unique_ptr<ByteSource> bytes, const FeatureTable& table, const FeatureMarket& market,
                 std::span<const std::string> wanted)
      : lines_(std::move(bytes), table.path),
        time_(table.time),
        market_(market),
        names_(wanted.begin(), wanted.end()),
        numbers_(wanted.size()) {}

  Result<bool> next(FeatureRow& row) override {
    if (width_ == 0) {
      const Result<bool> begun = begin();
      if (!begun || !*begun) return begun;
    }
    for (;;) {
      const Result<bool> there = lines_.next(cells_);
      if (!there || !*there) return there;
      if (cells_.size() != width_) {
        return fail(ErrorCode::kBadInput,
                    fmt::format("{}: it has {} cells, and the columns are {}", place(), cells_.size(), width_));
      }
      if (is_of_market()) break;
    }
    for (std::size_t i = 0; i < places_.size(); ++i) numbers_[i] = cells_[places_[i]];
    const Result<void> read = read_feature_cells(cells_[time_place_], numbers_, names_, row);
    if (!read) return fail(read.error().code, fmt::format("{}: {}", place(), read.error().message));
    return true;
  }
  [[nodiscard]] std::string place() const override { return lines_.place(); }

 private:
  // False: there is no line, as if the file were another one than before.
  Result<bool> begin() {
    const Result<bool> there = lines_.next(cells_);
    if (!there || !*there) return there;
    width_ = cells_.size();
    const auto place_of = [this](std::string_view name) -> std::optional<std::size_t> {
      const auto found = std::ranges::find(cells_, name);
      if (found == cells_.end()) return std::nullopt;
      return static_cast<std::size_t>(found - cells_.begin());
    };
    venue_place_ = place_of("venue");
    symbol_place_ = place_of("symbol");
    const std::optional<std::size_t> time_place = place_of(time_);
    bool has_all = time_place.has_value();
    time_place_ = time_place.value_or(0);
    for (const std::string& name : names_) {
      const std::optional<std::size_t> place = place_of(name);
      has_all = has_all && place;
      places_.push_back(place.value_or(0));
    }
    if (has_all) return true;
    return fail(ErrorCode::kBadInput, fmt::format("{}: its columns have changed while it was read", place()));
  }
  [[nodiscard]] bool is_of_market() const {
    return (!venue_place_ || cells_[*venue_place_] == market_.venue) &&
           (!symbol_place_ || cells_[*symbol_place_] == market_.symbol);
  }

  FeatureLines lines_;
  std::string time_;
  FeatureMarket market_;
  std::vector<std::string> names_;
  std::vector<std::string_view> numbers_;
  std::vector<std::string_view> cells_;
  std::size_t width_ = 0;  // 0: the line of names has not been read
  std::size_t time_place_ = 0;
  std::optional<std::size_t> venue_place_;
  std::optional<std::size_t> symbol_place_;
  std::vector<std::size_t> places_;  // of names_
};

bool has_one_twice(std::vector<std::string_view> names) {
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) != names.end();
}

}  // namespace

bool split_feature_line(std::string_view line, std::vector<std::string_view>& cells, std::string& unquoted) {
  cells.clear();
  unquoted.clear();
  unquoted.reserve(line.size());  // so that what is kept in it stays where it is
  for (std::string_view rest = line;;) {
    if (!rest.starts_with('"')) {
      const std::size_t comma = rest.find(',');
      cells.push_back(rest.substr(0, comma));
      if (comma == std::string_view::npos) return true;
      rest.remove_prefix(comma + 1);
      continue;
    }
    const std::size_t begin = unquoted.size();
    std::size_t i = 1;
    for (; i < rest.size(); ++i) {
      if (rest[i] == '"' && (i + 1 == rest.size() || rest[i + 1] != '"')) break;
      if (rest[i] == '"') ++i;
      unquoted += rest[i];
    }
    if (i == rest.size()) return false;
    cells.push_back(std::string_view(unquoted).substr(begin));
    rest.remove_prefix(i + 1);
    if (rest.empty()) return true;
    if (rest.front() != ',') return false;
    rest.remove_prefix(1);
  }
}

Result<FeatureTable> csv_feature_table(std::unique_ptr<ByteSource> bytes, const std::string& name) {
  FeatureLines lines(std::move(bytes), name);
  std::vector<std::string_view> names;
  const Result<bool> there = lines.next(names);
  if (!there) return std::unexpected(there.error());
  if (!*there) return fail(ErrorCode::kBadInput, fmt::format("{}: there is nothing in it", name));
  if (names.size() > kMostFeatureColumns) {
    return fail(ErrorCode::kBadInput, fmt::format("{}: it names {} columns, and {} are the most: keep those that are "
                                                  "wanted",
                                                  lines.place(), names.size(), kMostFeatureColumns));
  }
  if (has_one_twice(names)) {
    return fail(ErrorCode::kBadInput, fmt::format("{}: two columns have one name: give each its own", lines.place()));
  }
  FeatureTable table{.path = name, .form = FeatureForm::kCsv};
  for (const std::string_view column : names) {
    if (table.time.empty() && is_feature_time_name(column)) {
      table.time = column;
    } else {
      table.columns.push_back({.name = std::string(column), .type = "number"});
    }
  }
  return table;
}

std::unique_ptr<FeatureRows> read_csv_features(std::unique_ptr<ByteSource> bytes, const FeatureTable& table,
                                               const FeatureMarket& market, std::span<const std::string> wanted) {
  return std::make_unique<CsvFeatureRows>(std::move(bytes), table, market, wanted);
}

}  // namespace acts::backtest
