CREATE TABLE up_pro_accept (
	project_no VARCHAR(50) NOT NULL COMMENT '办件编号',
	seq BIGINT NOT NULL COMMENT '本办件内的序号，按发生先后递增',
	task_code VARCHAR(36) NOT NULL COMMENT '主题编码',
	task_name VARCHAR(200) NOT NULL COMMENT '主题名称',
	division_code VARCHAR(12) NOT NULL COMMENT '行政区划',
	apply_date DATETIME NOT NULL COMMENT '申请时间',
	accept_date DATETIME NOT NULL COMMENT '受理时间',
	promise_date DATE COMMENT '承诺办结日期',
	legal_date DATE COMMENT '法定办结日期',
	accept_doc_no VARCHAR(64) COMMENT '受理通知书文号',
	applyer_name VARCHAR(200) NOT NULL COMMENT '申请人',
	applyer_type VARCHAR(1) NOT NULL COMMENT '1 自然人，2 法人和其他组织',
	applyer_page_type VARCHAR(20) NOT NULL COMMENT '申请人证件类型',
	applyer_page_code VARCHAR(64) NOT NULL COMMENT '申请人证件号码',
	contact_name VARCHAR(200) COMMENT '联系人',
	contact_mobile VARCHAR(32) COMMENT '联系电话',
	org_code VARCHAR(64) NOT NULL COMMENT '牵头部门编码',
	org_name VARCHAR(200) NOT NULL COMMENT '牵头部门名称',
	handle_user_name VARCHAR(100) NOT NULL COMMENT '经办人',
	cd_operation VARCHAR(1) NOT NULL COMMENT 'I 新增，U 变更，D 撤销',
	cd_batch VARCHAR(32) NOT NULL COMMENT '批次号',
	cd_time DATETIME NOT NULL COMMENT '写入时间',
	is_sync SMALLINT NOT NULL COMMENT '0 未接收，1 已接收' DEFAULT '0',
	PRIMARY KEY (project_no, seq)
)ENGINE=InnoDB CHARSET=utf8mb4 COMMENT='受理信息';
CREATE INDEX ix_up_pro_accept_is_sync ON up_pro_accept (is_sync, cd_time);
CREATE TABLE up_pro_process (
	project_no VARCHAR(50) NOT NULL COMMENT '办件编号',
	seq BIGINT NOT NULL COMMENT '本办件内的序号，按发生先后递增',
	process_code VARCHAR(48) COMMENT '环节编码，整个办件为空',
	process_name VARCHAR(200) NOT NULL COMMENT '环节名称',
	org_code VARCHAR(64) COMMENT '部门编码',
	org_name VARCHAR(200) COMMENT '部门名称',
	event_name VARCHAR(100) NOT NULL COMMENT '办理动作',
	event_start_time DATETIME NOT NULL COMMENT '开始时间',
	event_end_time DATETIME NOT NULL COMMENT '结束时间',
	handle_explain TEXT COMMENT '办理意见',
	handle_user_name VARCHAR(100) NOT NULL COMMENT '经办人',
	cd_operation VARCHAR(1) NOT NULL COMMENT 'I 新增，U 变更，D 撤销',
	cd_batch VARCHAR(32) NOT NULL COMMENT '批次号',
	cd_time DATETIME NOT NULL COMMENT '写入时间',
	is_sync SMALLINT NOT NULL COMMENT '0 未接收，1 已接收' DEFAULT '0',
	PRIMARY KEY (project_no, seq)
)ENGINE=InnoDB CHARSET=utf8mb4 COMMENT='过程信息';
CREATE INDEX ix_up_pro_process_is_sync ON up_pro_process (is_sync, cd_time);
CREATE TABLE up_pro_special_procedure (
	project_no VARCHAR(50) NOT NULL COMMENT '办件编号',
	seq BIGINT NOT NULL COMMENT '本办件内的序号，按发生先后递增',
	process_code VARCHAR(48) COMMENT '环节编码，整个办件为空',
	process_name VARCHAR(200) NOT NULL COMMENT '环节名称',
	org_code VARCHAR(64) COMMENT '部门编码',
	org_name VARCHAR(200) COMMENT '部门名称',
	special_type VARCHAR(32) NOT NULL COMMENT '特别程序种类编码',
	special_name VARCHAR(100) NOT NULL COMMENT '特别程序名称',
	special_reason TEXT COMMENT '启动理由',
	special_time DATETIME NOT NULL COMMENT '启动时间',
	end_time DATETIME COMMENT '结束时间，未结束为空',
	result TEXT COMMENT '特别程序结果',
	handle_user_name VARCHAR(100) NOT NULL COMMENT '经办人',
	cd_operation VARCHAR(1) NOT NULL COMMENT 'I 新增，U 变更，D 撤销',
	cd_batch VARCHAR(32) NOT NULL COMMENT '批次号',
	cd_time DATETIME NOT NULL COMMENT '写入时间',
	is_sync SMALLINT NOT NULL COMMENT '0 未接收，1 已接收' DEFAULT '0',
	PRIMARY KEY (project_no, seq)
)ENGINE=InnoDB CHARSET=utf8mb4 COMMENT='特别程序信息';
CREATE INDEX ix_up_pro_special_procedure_is_sync ON up_pro_special_procedure (is_sync, cd_time);
CREATE TABLE up_pro_material (
	project_no VARCHAR(50) NOT NULL COMMENT '办件编号',
	seq BIGINT NOT NULL COMMENT '本办件内的序号，按发生先后递增',
	material_code VARCHAR(64) NOT NULL COMMENT '材料编码',
	material_name VARCHAR(200) NOT NULL COMMENT '材料名称',
	get_type VARCHAR(1) NOT NULL COMMENT '1 上传，2 电子证照库调取',
	get_num SMALLINT NOT NULL COMMENT '份数',
	get_time DATETIME NOT NULL COMMENT '收取时间',
	cd_operation VARCHAR(1) NOT NULL COMMENT 'I 新增，U 变更，D 撤销',
	cd_batch VARCHAR(32) NOT NULL COMMENT '批次号',
	cd_time DATETIME NOT NULL COMMENT '写入时间',
	is_sync SMALLINT NOT NULL COMMENT '0 未接收，1 已接收' DEFAULT '0',
	PRIMARY KEY (project_no, seq)
)ENGINE=InnoDB CHARSET=utf8mb4 COMMENT='材料信息';
CREATE INDEX ix_up_pro_material_is_sync ON up_pro_material (is_sync, cd_time);
CREATE TABLE up_pro_result (
	project_no VARCHAR(50) NOT NULL COMMENT '办件编号',
	seq BIGINT NOT NULL COMMENT '本办件内的序号，按发生先后递增',
	process_code VARCHAR(48) COMMENT '环节编码，整个办件为空',
	process_name VARCHAR(200) NOT NULL COMMENT '环节名称',
	org_code VARCHAR(64) COMMENT '部门编码',
	org_name VARCHAR(200) COMMENT '部门名称',
	result_type VARCHAR(20) NOT NULL COMMENT '办理结果编码',
	result_name VARCHAR(100) NOT NULL COMMENT '办理结果',
	result_date DATETIME NOT NULL COMMENT '办结时间',
	result_explain TEXT COMMENT '结果说明',
	result_cetr_name VARCHAR(200) COMMENT '证照或批文名称',
	result_cetr_no VARCHAR(200) COMMENT '证照或批文编号',
	is_delivery_results SMALLINT NOT NULL COMMENT '1 快递送达，0 其他方式',
	handle_user_name VARCHAR(100) NOT NULL COMMENT '经办人',
	cd_operation VARCHAR(1) NOT NULL COMMENT 'I 新增，U 变更，D 撤销',
	cd_batch VARCHAR(32) NOT NULL COMMENT '批次号',
	cd_time DATETIME NOT NULL COMMENT '写入时间',
	is_sync SMALLINT NOT NULL COMMENT '0 未接收，1 已接收' DEFAULT '0',
	PRIMARY KEY (project_no, seq)
)ENGINE=InnoDB CHARSET=utf8mb4 COMMENT='结果信息';
CREATE INDEX ix_up_pro_result_is_sync ON up_pro_result (is_sync, cd_time);
