"""The municipality's review of proposals: formal check, departments' assessments, release, appeals, merges, conflicts."""
