#include "history/catalog/catalog_index.hpp"

#include <algorithm>
#include <utility>

namespace acts::history {

CatalogIndex::CatalogIndex(std::vector<Manifest> manifests) {
  for (Manifest& manifest : manifests) manifests_.push_back(std::move(manifest));
  // Whatever the order of the manifests: a path that one of them replaced never comes back.
  for (const Manifest& manifest : manifests_) note_replaced(manifest);
  for (const Manifest& manifest : manifests_) note_files(manifest);
}

const Manifest& CatalogIndex::add(Manifest manifest) {
  const Manifest& added = manifests_.emplace_back(std::move(manifest));
  note_replaced(added);
  note_files(added);
  return added;
}

void CatalogIndex::note_replaced(const Manifest& manifest) {
  by_id_.emplace(manifest.id, &manifest);
  for (const std::string& path : manifest.replaced) {
    replaced_.emplace(path, &manifest);
    const auto day = days_.find(path.substr(0, path.rfind('/')));
    if (day == days_.end()) continue;
    std::erase_if(day->second, [&path](const CatalogFile* file) { return file->path() == path; });
  }
}

void CatalogIndex::note_files(const Manifest& manifest) {
  for (const CatalogFile& file : manifest.files) {
    const std::string path = file.path();
    if (replaced_.contains(path)) continue;
    std::vector<const CatalogFile*>& day = days_[file.set.folder(file.day)];
    // Several sources may have told the same rows.
    if (std::ranges::any_of(day, [&path](const CatalogFile* known) { return known->path() == path; })) continue;
    day.push_back(&file);
    if (file.form == DecimalForm::kWide) wide_.insert(file.set.symbol_folder());
  }
}

const Manifest* CatalogIndex::find(const std::string& id) const {
  const auto known = by_id_.find(id);
  return known == by_id_.end() ? nullptr : known->second;
}

const CatalogFile* CatalogIndex::find(const DataSet& set, std::int64_t day) const {
  const auto known = days_.find(set.folder(day));
  return known == days_.end() || known->second.empty() ? nullptr : known->second.front();
}

DecimalForm CatalogIndex::form_of(const DataSet& set) const {
  return wide_.contains(set.symbol_folder()) ? DecimalForm::kWide : DecimalForm::kNarrow;
}

const Manifest* CatalogIndex::replaced_by(const std::string& path) const {
  const auto known = replaced_.find(path);
  return known == replaced_.end() ? nullptr : known->second;
}

std::vector<CatalogFile> CatalogIndex::files() const {
  std::vector<CatalogFile> files;
  for (const auto& [folder, day] : days_) {
    for (const CatalogFile* const file : day) files.push_back(*file);
  }
  sort_files(files);
  return files;
}

}  // namespace acts::history
