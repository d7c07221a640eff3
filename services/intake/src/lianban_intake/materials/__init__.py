"""Materials (申请材料): files handed in ahead of an application, kept by content hash."""
