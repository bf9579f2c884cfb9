#include "history/catalog/stored_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

#include "acts/base/assert.hpp"

namespace acts::history {

StoredFiles::StoredFiles(const std::vector<CatalogFile>& files) {
  files_.reserve(files.size());
  for (const CatalogFile& file : files) add(file);
}

void StoredFiles::add(const CatalogFile& file) {
  constexpr int kHexadecimal = 16;
  const std::string_view digits = std::string_view(file.digest).substr(0, kPathDigits);
  File stored{.generation = file.generation,
              .day = static_cast<std::int32_t>(file.day),
              .columns = static_cast<std::uint16_t>(file.column_count()),
              .form = file.form};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), stored.name, kHexadecimal);
  ACTS_ASSERT(error == std::errc{} && digits.size() == kPathDigits && end == digits.data() + digits.size());
  ACTS_ASSERT(stored.day == file.day && stored.columns == file.column_count());
  stored.set = number_of(file.set);
  files_.push_back(stored);
}

std::uint32_t StoredFiles::number_of(const DataSet& set) {
  // The last file's first: they come by set.
  if (!files_.empty() && sets_[files_.back().set] == set) return files_.back().set;
  const auto known = std::ranges::find(sets_, set);
  const auto number = static_cast<std::uint32_t>(known - sets_.begin());
  if (known == sets_.end()) sets_.push_back(set);
  return number;
}

StoredFiles StoredFiles::between(std::int64_t begin, std::int64_t end) const {
  StoredFiles some;
  some.sets_ = sets_;
  std::ranges::copy_if(files_, std::back_inserter(some.files_),
                       [begin, end](const File& file) { return file.day >= begin && file.day < end; });
  return some;
}

std::string StoredFiles::path(std::size_t i) const {
  const File& file = files_[i];
  return path_of(set(i), file.day, fmt::format("{:016x}", file.name), file.generation);
}

}  // namespace acts::history
