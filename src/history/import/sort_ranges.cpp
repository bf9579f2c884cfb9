#include "history/import/sort_ranges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

namespace acts::history {
namespace {

constexpr std::int64_t kPartsOfARange = 64;
constexpr std::int64_t kDayMicros = 86'400'000'000;
constexpr std::int64_t kDayNanos = kDayMicros * 1000;

struct Count {
  std::optional<std::int64_t> at = {};  // none: of rows without it, the last
  std::uint64_t rows = 0;
};

std::string number_sql(const TableColumn& column) {
  return column.type == CellType::kTime ? fmt::format("epoch_us({})", column.name) : std::string(column.name);
}

std::string day_of_column(const TableColumn& column) {
  return fmt::format("{} // {}", number_sql(column), column.type == CellType::kTime ? kDayMicros : kDayNanos);
}

// The bounds of a column as they stand in the file, which tell whole groups of its rows that are passed over.
std::string bound_sql(const TableColumn& column, std::int64_t value) {
  return column.type == CellType::kTime ? fmt::format("make_timestamp({})", value) : fmt::format("{}", value);
}

template <typename Number>
void read_number(const std::optional<std::string>& text, Number& number) {
  ACTS_ASSERT(text.has_value());
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  ACTS_ASSERT(error == std::errc{} && end == text->data() + text->size());
}

Result<std::vector<Count>> counts_of(Duck& duck, const std::string& sql) {
  auto rows = duck.texts(sql, std::numeric_limits<std::size_t>::max());
  if (!rows) return std::unexpected(rows.error());
  std::vector<Count> counts;
  for (const Duck::Texts& row : *rows) {
    Count count;
    if (row[0]) read_number(row[0], count.at.emplace(0));
    read_number(row[1], count.rows);
    counts.push_back(count);
  }
  return counts;
}

class Splitter {
 public:
  Splitter(Duck& duck, const std::string& from, const Kind& kind, std::uint64_t most_rows)
      : duck_(&duck), from_(&from), kind_(&kind), most_rows_(most_rows) {}

  Result<std::vector<std::string>> split() {
    const auto days =
        counts_of(*duck_, fmt::format("SELECT {} AS day, count(*) FROM {} GROUP BY day ORDER BY day NULLS LAST",
                                      day_sql(*kind_), *from_));
    if (!days) return std::unexpected(days.error());
    for (std::size_t first = 0; first < days->size();) {
      std::uint64_t rows = (*days)[first].rows;
      std::size_t end = first + 1;
      while (end < days->size() && (*days)[end].at && rows + (*days)[end].rows <= most_rows_) {
        rows += (*days)[end++].rows;
      }
      // Rows without a time are refused by whoever reads them: they stand behind all others.
      std::string condition = (*days)[first].at ? days_sql(*(*days)[first].at, *(*days)[end - 1].at)
                                                : fmt::format("{} IS NULL", day_sql(*kind_));
      if (rows <= most_rows_) {
        parts_.push_back(std::move(condition));
      } else if (const Result<void> done = split_day(condition); !done) {
        return std::unexpected(done.error());
      }
      first = end;
    }
    if (parts_.size() <= 1) return std::vector<std::string>{"true"};
    return std::move(parts_);
  }

 private:
  [[nodiscard]] std::string days_sql(std::int64_t first, std::int64_t last) const {
    const TableColumn& column = kind_->columns[kind_->time_column];
    if (kind_->second_time_column != 0) return fmt::format("{} BETWEEN {} AND {}", day_sql(*kind_), first, last);
    const std::int64_t day = column.type == CellType::kTime ? kDayMicros : kDayNanos;
    return fmt::format("{0} >= {1} AND {0} < {2}", column.name, bound_sql(column, first * day),
                       bound_sql(column, (last + 1) * day));
  }

  [[nodiscard]] const TableColumn& key() const { return kind_->columns.front(); }

  Result<void> split_day(const std::string& day) {
    const std::string number = number_sql(key());
    const auto least = duck_->integer(fmt::format("SELECT min({}) FROM {} WHERE {}", number, *from_, day));
    if (!least) return std::unexpected(least.error());
    const auto most = duck_->integer(fmt::format("SELECT max({}) FROM {} WHERE {}", number, *from_, day));
    if (!most) return std::unexpected(most.error());
    return split_keys(day, *least, *most);
  }

  // From `first` to `last`, which both are there.
  Result<void> split_keys(const std::string& day, std::int64_t first, std::int64_t last) {
    const auto width = static_cast<std::int64_t>((int128{last} - first) / kPartsOfARange) + 1;
    const auto parts = counts_of(
        *duck_, fmt::format("SELECT ({0}::HUGEINT - {1}) // {2} AS part, count(*) FROM {3} WHERE {4} GROUP BY part "
                            "ORDER BY part",
                            number_sql(key()), first, width, *from_, keys_sql(day, first, last)));
    if (!parts) return std::unexpected(parts.error());
    // A key is never null.
    const auto part_of = [&parts](std::size_t i) { return (*parts)[i].at.value(); };
    const auto end_of = [&](std::int64_t part) {
      return static_cast<std::int64_t>(std::min(int128{last}, first + (int128{part} + 1) * width - 1));
    };
    for (std::size_t i = 0; i < parts->size();) {
      std::uint64_t rows = (*parts)[i].rows;
      std::size_t end = i + 1;
      while (end < parts->size() && rows + (*parts)[end].rows <= most_rows_) rows += (*parts)[end++].rows;
      const std::int64_t from = first + part_of(i) * width;
      const std::int64_t to = end_of(part_of(end - 1));
      if (rows <= most_rows_ || width == 1) {
        parts_.push_back(keys_sql(day, from, to));
      } else if (const Result<void> done = split_keys(day, from, to); !done) {
        return done;
      }
      i = end;
    }
    return {};
  }

  [[nodiscard]] std::string keys_sql(const std::string& day, std::int64_t first, std::int64_t last) const {
    return fmt::format("{0} AND {1} >= {2} AND {1} <= {3}", day, key().name, bound_sql(key(), first),
                       bound_sql(key(), last));
  }

  Duck* duck_;
  const std::string* from_;
  const Kind* kind_;
  std::uint64_t most_rows_;
  std::vector<std::string> parts_;
};

}  // namespace

std::string day_sql(const Kind& kind) {
  std::string day = day_of_column(kind.columns[kind.time_column]);
  if (kind.second_time_column == 0) return day;
  return fmt::format("coalesce({}, {})", day, day_of_column(kind.columns[kind.second_time_column]));
}

Result<std::vector<std::string>> sort_ranges(Duck& duck, const std::string& from, const Kind& kind,
                                             std::uint64_t most_rows) {
  return Splitter(duck, from, kind, most_rows).split();
}

}  // namespace acts::history
